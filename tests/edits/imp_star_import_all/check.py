assert (b.x,b.y,b.z,b.f())==(10,2,11,'f2')
