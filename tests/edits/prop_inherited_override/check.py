assert x.v=='b:a2'
x.v='q'
assert x.__dict__['v']=='q!'
