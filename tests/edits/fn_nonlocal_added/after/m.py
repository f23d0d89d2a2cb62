def mk():
    n = 0
    def inc():
        nonlocal n
        n += 1
        return ('new', n)
    def put(v):
        nonlocal n
        n = v * 10
    return inc, put
