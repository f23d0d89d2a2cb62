import a as src
X=src.V
def f(): return src.V
