USERS = ['a', 'b']
VERSION = 1
