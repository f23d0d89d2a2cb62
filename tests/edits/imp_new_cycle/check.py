assert f()==6
