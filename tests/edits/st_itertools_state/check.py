assert m.f()==-2 and m.rng.getstate()==st and m.buf.getvalue()=='x'
