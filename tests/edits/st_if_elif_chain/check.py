assert m.VAL=='two' and m.EXTRA and m.f()=='f-two'==f()
