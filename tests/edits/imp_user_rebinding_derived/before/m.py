from c import A
B=A+1
def f(b=B): return b
class K:
    b=B
    def g(self,x=B): return x
