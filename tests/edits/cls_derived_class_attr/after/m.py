class C:
    A = 3
    B = A * 10
    log = []
