assert str(inspect.signature(f)) == "(a: float, b: 'X' = None) -> str" and f.__annotations__['a'] is float
