assert [p for p, _ in reg.ROUTES] == ["/home", "/about"]
assert [f() for _, f in reg.ROUTES] == ["new!", "/b"] and m.home is home
