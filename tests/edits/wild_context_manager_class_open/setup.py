import m
t = m.Trace()
t.__enter__()
exit_ = t.__exit__
