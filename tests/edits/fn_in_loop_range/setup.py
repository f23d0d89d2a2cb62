import m
ops=m.ops
