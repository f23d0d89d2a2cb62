assert where(inner) == (9, "return 1 / 0")
assert where(c.key) == (16, "key = lambda self: 1 / 0")
assert where(c.go) == (20, 'return [x / 0 for _ in "a"]')
assert inspect.getsource(inner).strip().startswith("def inner")
assert inspect.getsource(m.C).startswith("class C:") and "And this." in inspect.getsource(m.C)
assert inspect.getsourcelines(m.C.go)[1] == 18
assert m.outer.__code__.co_firstlineno == 6
