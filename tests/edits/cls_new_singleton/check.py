assert Single() is s
assert s.log == ["v1", "v2"]
