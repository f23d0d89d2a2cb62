assert p.x == ("got", 1)
p.x = "7"
p.y = 5
assert (p.x, p.y) == (("got", 7), ("got", "5"))
