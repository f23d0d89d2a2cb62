# refused
assert m.f() == "old" and not hasattr(m, "G")
assert not [name for name in sys.modules if name.startswith("kit")]
