from m import Outer
o = Outer.A()
