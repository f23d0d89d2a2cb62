n = builtins._hr_log.count('top')
del builtins._hr_log
assert n == 1 and m.f() == 2
