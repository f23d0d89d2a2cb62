import new
assert u.mk().go()=='new' and isinstance(u.mk(), new.C) and new.C.__module__=='new'
assert c.go() in ('old','new')
