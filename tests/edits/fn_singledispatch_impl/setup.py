import m
from m import f
@f.register(bytes)
def _(x): return 'user'
