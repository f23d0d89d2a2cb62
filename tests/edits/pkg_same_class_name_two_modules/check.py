assert x.go()=='a2' and y.go()=='b2' and b.AC is a.C
