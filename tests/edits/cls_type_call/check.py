assert c.go()==2 and m.C().k==2 and m.C().z==3 and isinstance(c,m.C)
