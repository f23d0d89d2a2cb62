assert f()=='a' and f(e.E.B)=='b' and f(e.E.Z)=='?' and u.T[e.E.A]=='ta' and e.E.Z.hi()=='Z' and [x.name for x in e.E]==['B','A','Z']
