from functools import partial


def scaler(k):
    def scale(x, plus=0):
        return -(x * k + plus)
    return scale


TABLE = {"two": scaler(2), "three": partial(scaler(3), plus=1)}
