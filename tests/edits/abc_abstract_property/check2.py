assert raises(TypeError, m.B) and raises(TypeError, m.A)
