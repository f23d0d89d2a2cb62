# refused
assert m.f()==1 and not hasattr(m,'Stop')
