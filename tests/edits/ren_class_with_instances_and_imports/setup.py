import a,b
x=b.mk()
