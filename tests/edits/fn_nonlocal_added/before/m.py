def mk():
    n = 0
    def inc():
        return n
    def put(v):
        nonlocal n
        n = v
    return inc, put
