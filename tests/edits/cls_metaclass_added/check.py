assert m.K.tag() == 'tag' and k.f() == 1 and isinstance(k, m.K)
