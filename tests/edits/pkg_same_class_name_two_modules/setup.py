import a,b
x,y=a.C(),b.C()
