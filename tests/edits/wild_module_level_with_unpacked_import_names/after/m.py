from conf import HOST as _h, PORT as _p

URL = f"{_h}:{_p}"
(A, B), C = (_p, _p + 1), [_p]


def url():
    return URL
