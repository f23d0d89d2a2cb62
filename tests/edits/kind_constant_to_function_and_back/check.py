assert m.use() == 6 and value() == 6
