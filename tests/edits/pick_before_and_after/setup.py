import copy, pickle
import m
p, q = m.P(1), m.Q(2)
q.s = 3
data = pickle.dumps([p, q])
