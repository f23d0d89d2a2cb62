def a(): return 'a1'
def b(): return 'b1'
TABLE={f.__name__: f for f in (a,b)}
ORDER=sorted(TABLE)
