REG=[]
def reg(c):
    REG.append(c)
    return c
@reg
class A:
    x=1
@reg
class B:
    def go(self): return 1
