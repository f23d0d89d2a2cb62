assert kind(p) == ('AXIS', 3) and kind(P(0, 1)) == ('AXIS', 1)
