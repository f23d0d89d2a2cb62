import m
kept, other = m.KEPT, m.OTHER
m.OTHER.note = 1
