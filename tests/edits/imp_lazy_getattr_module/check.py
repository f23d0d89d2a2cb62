assert m.lazy == 'new' and dir(m) == ['lazy']
