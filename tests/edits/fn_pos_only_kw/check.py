assert f(1,2)==(1,2,0) and p(5)==(5,1,0) and raises(TypeError,f,1,2,3)
