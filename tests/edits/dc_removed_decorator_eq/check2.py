assert p!=q and isinstance(hash(p), int)
