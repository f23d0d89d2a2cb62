import m
x = m.Account()
y = m.Account()
y.balance = 7
