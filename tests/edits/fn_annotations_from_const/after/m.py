X=float
def f(a: X) -> list[int]: pass
