import m
o1=m.ops[1]; ops=m.ops
