from dataclasses import make_dataclass
P = make_dataclass('P', ['x'])
def mk(): return P(1)
