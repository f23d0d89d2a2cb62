import m
m.f(); m.f(); st=m.rng.getstate(); m.buf.write('x')
