class C:
    v = 7
