assert ps==[m.P('a','b'),m.P('c','d')] and repr(ps[0])=="P(first='a', last='b')"
