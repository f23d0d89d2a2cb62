import m
m.USERS.append('c')
