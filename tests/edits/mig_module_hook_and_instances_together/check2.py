assert ann.id == 7 and m.unrelated() == 1
