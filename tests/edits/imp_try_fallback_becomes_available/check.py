assert go() == "fast"
