import n1
def h():
    import m
    return m.BASE+n1.K
