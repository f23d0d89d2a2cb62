import dataclasses
import m
p = m.P(1)
p.items.append(5)
