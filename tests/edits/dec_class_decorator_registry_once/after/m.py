REG=[]
def reg(c):
    REG.append(c)
    return c
@reg
class A:
    x=2
    y=3
@reg
class B:
    def go(self): return 2
    def more(self): return 3
