import m
r = m.Mode.READ
