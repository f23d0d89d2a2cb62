import m
ops = m.OPS
ops['mine'] = max
