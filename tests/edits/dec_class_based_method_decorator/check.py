assert c.go(2) == ("LOG", -2)
assert vars(C)["go"].calls == 2
