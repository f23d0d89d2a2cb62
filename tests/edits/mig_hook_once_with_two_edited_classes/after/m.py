class A:
    n = 1
    def __migrate__(self, old):
        self.count += 1
class B(A):
    k = 1
