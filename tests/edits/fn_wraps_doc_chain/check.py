assert f('x')=='xx' and f.__doc__=='two' and f.__annotations__=={'a':str,'return':str} and str(inspect.signature(f))=="(a: str, b=2) -> str"
