class C:
    a = 1
    z = 3
