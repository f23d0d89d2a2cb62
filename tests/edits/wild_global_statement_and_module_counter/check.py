assert m.add(1) == 6 and m.last == 1 and m.cache() == (obj,) and total == 0
