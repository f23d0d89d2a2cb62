class Box[T=int]:
    def get(self): return 1
def f[T=str](x: T) -> T: return x
type A[T=bytes]=list[T]
