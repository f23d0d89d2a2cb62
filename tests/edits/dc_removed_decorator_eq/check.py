assert p==q and raises(TypeError, hash, p)
