class A[T]:
    def go(self): return 2
def f[T](x: T) -> T: return (x,)
