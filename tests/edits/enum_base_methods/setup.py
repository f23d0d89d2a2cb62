import a,b
x=b.E.A
