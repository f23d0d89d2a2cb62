A = 1; B = 3
def f(): return A + B
