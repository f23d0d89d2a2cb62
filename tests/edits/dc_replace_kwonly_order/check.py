assert m.A(1,2,z=4).z==4 and raises(TypeError, m.A,1,2,3) and a.z==3 and a==m.A(1,2)
