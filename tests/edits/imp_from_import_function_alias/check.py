assert b.g()==b.h()==h()==b.T['g']()==a.f()==2
