assert o.mk().go()=='out' and m.O.I is m.I
