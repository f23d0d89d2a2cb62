assert a.Num.__value__ is float and b.Num.__value__ is float and Num.__value__ is float and b.f.__annotations__['x'].__value__ is float
