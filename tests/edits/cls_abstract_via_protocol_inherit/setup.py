import m
i=m.I()
