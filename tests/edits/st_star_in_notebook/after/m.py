A=10
_b=3
def f(): return 2
NEW=5
