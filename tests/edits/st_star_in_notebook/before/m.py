A=1
_b=2
def f(): return 1
