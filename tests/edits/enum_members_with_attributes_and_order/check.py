assert m.Planet.MARS is mars and mars.color == "rust" and mars.label == "Mars" and mars.heavy
assert m.Planet.EARTH is earth and [p.name for p in m.Planet] == ["MARS", "EARTH", "VENUS"]
assert m.Planet((0.2, "rust")) is mars
