import copy, dataclasses, pickle
import m
p = m.P(m.Inner(1))
data = pickle.dumps(p)
