class A:
    def go(self):
        return 'A'
class B(A):
    def go(self):
        return 'b2'
