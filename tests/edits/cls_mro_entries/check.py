assert c.go()=='B' and m.C.__bases__==(m.B,)
