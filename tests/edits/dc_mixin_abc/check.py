assert b.area()==14 and m.B(1,2,3).area()==6 and raises(TypeError,m.A) and b.name()=='b'
