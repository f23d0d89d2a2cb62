import a,b
assert b.f()=='none'
