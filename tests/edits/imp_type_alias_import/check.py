assert b.f(1)==[1] and b.f.__annotations__['return']=='Nope' and not hasattr(b,'A')
