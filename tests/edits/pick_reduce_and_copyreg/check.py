q = pickle.loads(data)
assert type(q) is m.P and q.x == ("new", 1)
assert isinstance(pickle.loads(pickle.dumps(p)), m.P)
