from kit.good import G
from kit.bad import B


def f():
    return G + B
# repaired
