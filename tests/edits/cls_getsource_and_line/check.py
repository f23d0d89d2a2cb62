assert inspect.getsource(m.C.go) == "    def go(self):\n        return 'new'\n", inspect.getsource(m.C.go)
assert inspect.getsource(m.f) == "def f():\n    return 1\n"
assert inspect.getsource(m.C).startswith("class C:\n    def extra"), inspect.getsource(m.C)
assert inspect.getsourcelines(m.f)[1] == 10
