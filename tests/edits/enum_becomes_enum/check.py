assert m.name() == "RED"
assert m.Color(2) is m.Color.BLUE
