class A:
    def go(self):
        return 'A'
class B(A):
    def go(self):
        return super().go() + 'b2'
