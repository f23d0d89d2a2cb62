assert f(1) == 3 and str(inspect.signature(f)) == '(a, b=2)'
