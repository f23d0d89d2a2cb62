import m
seen = m.SEEN
get = m.get
