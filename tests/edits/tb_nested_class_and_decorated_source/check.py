assert inspect.getsource(m.Outer.Inner.go).strip() == "def go(self):\n            return 10"
assert inspect.getsource(m.Outer.Inner).startswith("    class Inner:")
assert inspect.getsource(m.Outer.run).startswith("    @loud")
assert inspect.getsourcelines(m.loud)[1] == 6
