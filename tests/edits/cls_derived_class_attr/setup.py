import m
m.C.log.append(1)
