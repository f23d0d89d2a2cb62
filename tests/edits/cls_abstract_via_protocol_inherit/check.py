assert i.go()==2 and i.stop()==9 and raises(TypeError,m.P)
