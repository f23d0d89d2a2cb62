import m
m.S.put('a',1)
