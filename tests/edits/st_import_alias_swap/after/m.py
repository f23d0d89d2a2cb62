import b as src
X=src.V
def f(): return src.V
