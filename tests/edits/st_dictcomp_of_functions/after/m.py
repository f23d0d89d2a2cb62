def a(): return 'a2'
def b(): return 'b2'
def c(): return 'c'
TABLE={f.__name__: f for f in (a,b,c)}
ORDER=sorted(TABLE)
