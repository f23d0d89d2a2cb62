class A[T]:
    def go(self): return 'a1'
class B(A[int]):
    pass
class D[K](A[K]):
    def d(self): return super().go()
