from m import A, B
b = B()
