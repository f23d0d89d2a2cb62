assert c.b==2 and isinstance(c,m.Mig)
