import m, dataclasses
p = m.P(1)
