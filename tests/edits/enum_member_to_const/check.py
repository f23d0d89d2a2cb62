assert m.DEFAULT is b and b.value==20 and m.E(20) is b
