import a, m
held = a.f
