assert o.go() == 2 and Outer.B().go() == 'B' and Outer.A.__qualname__ == 'Outer.A'
