import pickle
import m
p = m.P(1)
data = pickle.dumps(p)
