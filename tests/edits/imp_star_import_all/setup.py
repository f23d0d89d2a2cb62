import a,b
