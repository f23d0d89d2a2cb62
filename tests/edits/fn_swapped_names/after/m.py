def b():
    return 'a'
def a():
    return 'b'
