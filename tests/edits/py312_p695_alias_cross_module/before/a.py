type Num=int
type Pair[T]=tuple[T,T]
