import a
Z=a.X*10
