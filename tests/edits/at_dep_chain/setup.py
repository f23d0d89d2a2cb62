import a,b,c
o=b.B()
