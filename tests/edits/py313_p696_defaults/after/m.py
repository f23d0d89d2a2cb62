class Box[T=str, *Ts=*tuple[int, ...]]:
    def get(self): return 2
def f[T=float](x: T) -> T: return (x,)
type A[T=int]=set[T]
