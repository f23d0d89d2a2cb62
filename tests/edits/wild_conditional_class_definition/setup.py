import m
i = m.make()
