import a, b
calls = []
one, two = b.ALL
one.free = "f"
