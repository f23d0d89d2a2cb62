g, c, make, go = pickle.loads(data)
assert g is f and g(1) == 2
assert c.go() == "new" and isinstance(make(), C) and go() == "new"
assert pickle.loads(pickle.dumps(f)) is f
