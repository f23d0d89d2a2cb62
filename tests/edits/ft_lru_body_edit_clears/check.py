assert f(1) == ('new', 1) and g.cache_info().currsize == 1 and c.h() == 'new'
