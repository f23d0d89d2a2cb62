assert s.go()=='sb2' and s.extra()=='mix' and S().b==5 and isinstance(s,m.Mix)
