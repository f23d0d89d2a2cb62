assert isinstance(v,m.A) and issubclass(Mine,m.A) and v.h()=='h' and raises(TypeError,m.A)
