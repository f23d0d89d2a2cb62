N=[]
class C:
    def go(self): return 'new'
