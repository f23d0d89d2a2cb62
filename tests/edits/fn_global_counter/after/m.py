n = 0
def bump():
    global n
    n += 5
    return n
