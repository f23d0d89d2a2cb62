class C:
    f = 5
