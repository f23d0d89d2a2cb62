assert go() == "b"
