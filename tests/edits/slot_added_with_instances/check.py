# refused
assert p.show() == ("old", 1)
assert n.q.more() == ("old", 5)
