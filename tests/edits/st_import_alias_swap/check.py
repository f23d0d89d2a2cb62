assert m.X=='b' and m.f()=='b'
