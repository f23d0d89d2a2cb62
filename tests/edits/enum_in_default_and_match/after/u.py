from e import E
def f(x=E.A):
    match x:
        case E.A: return 'a'
        case E.B: return 'b'
    return '?'
T = {E.A: 'ta', E.B: 'tb'}
