assert dataclasses.asdict(p) == {"inner": {"v": 1, "w": 5}, "name": "n"}
assert dataclasses.replace(p, name="z").inner is p.inner
assert pickle.loads(data) == p and copy.deepcopy(p) == p
