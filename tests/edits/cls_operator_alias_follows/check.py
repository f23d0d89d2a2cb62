assert v + 1 == ("new", 2) and 1 + v == ("new", 2)
assert v.go() == "start" and v.run() == "new"
