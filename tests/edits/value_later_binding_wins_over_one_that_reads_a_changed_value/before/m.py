A = 0
x = A
y = x
x = 'last'
