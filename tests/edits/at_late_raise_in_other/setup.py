import a,b,c
o=c.C()
