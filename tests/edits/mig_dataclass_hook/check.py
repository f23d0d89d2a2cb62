assert p == m.P('ada', 'l') and repr(p) == "P(first='ada', last='l')"
