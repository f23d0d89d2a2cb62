assert plain() == ["x", 10] and m.plain() == ["x", 10]
assert named() == ["z", 20] and m.named() == ["z", 20]
