assert m.N == 50 and m.f is f and f.__code__.co_firstlineno == 3
