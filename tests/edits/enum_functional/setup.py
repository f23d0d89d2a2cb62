import m
red = m.Color.RED
