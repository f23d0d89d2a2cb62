type Num=float
type Pair[T]=list[T]
