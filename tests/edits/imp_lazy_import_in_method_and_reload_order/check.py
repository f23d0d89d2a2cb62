assert u.label == "z2?" and u.more == 2 and u.kind == "z2"
