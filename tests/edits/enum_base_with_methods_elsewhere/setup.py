import a, b
red = b.Color.RED
