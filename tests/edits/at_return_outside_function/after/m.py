X = 2
return 3
