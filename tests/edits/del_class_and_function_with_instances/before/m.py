class A:
    def f(self):
        return 'A'
class B:
    pass
