assert m.POOL.size() == 4
assert m.KEPT is kept and m.OTHER is other and other.note == 1 and other.read() == 4
