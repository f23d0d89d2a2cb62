FAST = True


class C:
    if FAST:
        def go(self):
            return "fast"
    else:
        def go(self):
            return "slow"

    for _name in ("a", "b"):
        locals()[f"get_{_name}"] = lambda self, n=_name: n
    del _name
