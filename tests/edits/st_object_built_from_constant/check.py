assert m.POOL is pool and pool.slots == ["mine", None] and m.Pool().size() == 4
assert m.KEPT is kept and m.OTHER is other and other.note == 1 and other.read() == 4
