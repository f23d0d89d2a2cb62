import pickle
from m import C, kind
a = C.A; data = pickle.dumps(a)
