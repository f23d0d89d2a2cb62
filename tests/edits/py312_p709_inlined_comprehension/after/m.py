K=4
class C:
    xs=[i*2 for i in range(K)]
    def f(self): return [lambda j=j: j*K for j in self.xs]
