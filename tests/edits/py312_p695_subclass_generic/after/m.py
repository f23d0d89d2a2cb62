class A[T]:
    def go(self): return 'a2'
class B(A[str]):
    x=1
class D[K, V](A[K]):
    def d(self): return ('d2',super().go())
