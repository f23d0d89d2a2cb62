assert m.count == 5 and m.extra == 1.5
assert m.__annotations__ == {"count": int, "label": bytes, "extra": float}
assert m.f.__annotations__["x"] == m.Name
