X=int
def f(a: X) -> 'str': pass
