assert m.fs[0](1)==6 and m.fs[1](2)==10 and f1(2)==10
