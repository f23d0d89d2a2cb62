assert m.use() == 7 and value == 7
