import reg,m
assert len(reg.H)==2
