assert Table[1] == ("new", 1) and t(2) == ("new", 2) and call(3) == ("new", 3) and t["k"] == "k"
