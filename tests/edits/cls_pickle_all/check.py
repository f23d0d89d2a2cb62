n=pickle.loads(data)
assert type(n) is m.C and n.b=='mig'
assert pickle.loads(pickle.dumps(c)).v==2
import copy
assert copy.copy(c).b=='mig'
