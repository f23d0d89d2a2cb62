def first[T](xs: list[T]) -> T: return xs[0]
class Box[T]:
    def __init__(self,v: T): self.v=v
    def get(self) -> T: return self.v
type Alias[T] = list[T]
