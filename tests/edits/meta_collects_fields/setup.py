import m, orm
u = m.User()
m.User.cache["k"] = 1
