import pickle
from m import C, f
data = pickle.dumps([f, C(), C.make, C().go])
