def first[T: int, *Ts, **P](xs: list[T], *a: *Ts) -> T: return ('n',xs[0])
class Box[T, U]:
    def __init__(self,v: T): self.v=v
    def get(self) -> T: return ('n',self.v)
    def other(self) -> U: return 'u'
type Alias[T] = dict[str,T]
