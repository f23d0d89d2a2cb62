from m import A
a = A()
