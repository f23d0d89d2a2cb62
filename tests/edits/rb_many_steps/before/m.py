X = 1
class C:
    a = 1
    def f(self):
        return 'v1'
def g(x=1):
    return x
