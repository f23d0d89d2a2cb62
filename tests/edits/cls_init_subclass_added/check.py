class U(m.B): pass
assert U.tag=='U'
