def connect():
    global CONN
    CONN = {"open": True}
    return CONN
