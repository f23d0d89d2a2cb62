class C:
    A = 2
    B = A * 10
    log = []
