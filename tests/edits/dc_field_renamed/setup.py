import dataclasses
import m
p = m.P()
