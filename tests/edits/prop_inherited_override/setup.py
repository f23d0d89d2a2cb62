import a,b
x=b.B()
assert x.v=='b:a1'
