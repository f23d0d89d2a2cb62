assert (c.a, c.b, c.c) == (("got", 10), ("got", 20), ("got", 3))
assert c.go() == "new"
