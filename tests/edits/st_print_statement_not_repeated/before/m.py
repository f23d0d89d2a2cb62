import builtins
builtins.__dict__.setdefault('_hr_log', []).append('top')
def f():
    return 1
