class C:
    x = 2
