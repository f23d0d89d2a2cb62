assert c.limit == 5 and m.C.seen == [1] and c.get() == 5
