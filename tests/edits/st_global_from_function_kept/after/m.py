def connect():
    global CONN
    CONN = {"open": "new"}
    return CONN


def close():
    return CONN
