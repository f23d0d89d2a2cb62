from m import f
f.__doc__ = 'mine'
