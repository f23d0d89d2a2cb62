assert copy.replace(p,z=5)==m.P(1,1,5)
