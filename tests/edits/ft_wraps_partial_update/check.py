assert m.b.__doc__ == 'doc A' and m.b(1) == 1
