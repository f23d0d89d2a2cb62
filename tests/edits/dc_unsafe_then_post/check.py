assert p.x==12 and m.P(1).x==20 and type(p).SCALE==10
