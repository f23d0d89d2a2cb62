assert raises(TypeError, B) and b.g() == 'g'
