assert a.key == "b" and type(a) is m.A
assert m.C.key == "c"
assert m.Plugin.names[-1] == "c"
