assert f(2)==[1,20] and f.__defaults__[0] is d and f.__kwdefaults__=={'tail':None}
