assert a.moves == ["A"] and not hasattr(b, "moves")
