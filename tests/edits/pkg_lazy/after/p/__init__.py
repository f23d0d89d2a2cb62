import importlib
def __getattr__(n):
    if n in ('x','y'): return importlib.import_module('.'+n,__name__)
    raise AttributeError(n)
