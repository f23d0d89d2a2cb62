import e
def t(x):
    try: raise x
    except e.B: return 'B'
    except e.A: return 'A'
