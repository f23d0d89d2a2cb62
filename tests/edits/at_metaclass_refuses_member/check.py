# refused
assert c.go() == "old" and m.TABLE == {"c": m.C, "mine": 1}
assert not hasattr(m.C, "bad_idea")
