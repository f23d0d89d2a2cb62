assert inspect.getdoc(c) == "new class doc" and inspect.getdoc(c.go) == "new go"
assert str(inspect.signature(c.go)) == "(a, *, b: int = 2) -> str"
assert str(inspect.signature(m.C.make)) == "(x, y=0)" and m.C.make.__doc__ == "new make"
assert m.C.p.__doc__ == "new p" and m.C.p.fget.__annotations__ == {"return": int}
text = pydoc.render_doc(m.C)
assert "new go" in text and "old" not in text
