import conf
THRESH = conf.LEVEL * 10
class C:
    k = conf.LEVEL
def f(x=conf.LEVEL):
    return x
