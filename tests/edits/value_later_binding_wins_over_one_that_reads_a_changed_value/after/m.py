A = 1
x = A
y = x
x = 'last'
