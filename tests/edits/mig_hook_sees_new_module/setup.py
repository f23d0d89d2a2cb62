import a,b
c=a.C()
