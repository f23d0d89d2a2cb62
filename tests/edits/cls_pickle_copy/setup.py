import pickle, copy, m
c = m.C(3)
data = pickle.dumps(c)
