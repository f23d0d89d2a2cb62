from dataclasses import make_dataclass
P = make_dataclass('P', ['x', ('y', int, 3)])
def mk(): return P(1)
