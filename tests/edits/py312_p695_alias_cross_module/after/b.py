from a import Num, Pair
def f(x: Num) -> Pair[int]: return (x,x)
