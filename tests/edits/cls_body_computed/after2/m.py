N=2
class C:
    sq = [i*i for i in range(N)]
    tbl = {i: (lambda self, i=i: i) for i in range(N)}
    for _i in range(N):
        exec(f'def m{_i}(self): return {_i}')
