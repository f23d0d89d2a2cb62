assert m.f() is False and m.impl.dumps([]) == '[]'
