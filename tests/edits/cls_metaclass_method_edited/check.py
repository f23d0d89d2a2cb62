assert K.tag() == 'new' and isinstance(K(), K)
