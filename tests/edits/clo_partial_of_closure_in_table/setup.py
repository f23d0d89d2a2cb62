import m
two, three = m.TABLE["two"], m.TABLE["three"]
