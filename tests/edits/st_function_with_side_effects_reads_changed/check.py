assert m.quiet() == "hello"
assert m.SENT[-1] in ("hi ann", "hello ann")
