assert p.h()=='h' and p.K==2 and p.__all__==['f','h','K'] and f()=='f2' and K==2, p.__all__
