assert f() == 2 and f.__doc__ == 'mine'
