assert b.get()==2 and m.Box.__type_params__[0].__default__ is str and m.f(1)==(1,) and m.f.__type_params__[0].__default__ is float and m.A.__type_params__[0].__default__ is int
