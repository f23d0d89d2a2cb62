assert f(1)==L[0](1)==m.f(1)==('a',('b',('c',-1))) and f.__wrapped__
