import a,b
assert a.Y==11
