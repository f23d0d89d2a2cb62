a, b = pickle.loads(data)
assert type(a) is m.P and a.show() == ("new", 1) and b.x == 2
assert copy.copy(p).x == 10
assert pickle.loads(pickle.dumps(p)).x == 10
