K=3
class C:
    xs=[i for i in range(K)]
    def f(self): return [lambda j=j: j+K for j in self.xs]
