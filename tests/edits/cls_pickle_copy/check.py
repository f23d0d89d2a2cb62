assert pickle.loads(data).get() == ('new', 3)
assert pickle.loads(pickle.dumps(c)).get() == ('new', 3)
assert copy.deepcopy(c).get() == ('new', 3)
assert pickle.loads(pickle.dumps(m.C)) is m.C
