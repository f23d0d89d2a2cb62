assert c.bar()==('bar',2) and type(c) is m.C
