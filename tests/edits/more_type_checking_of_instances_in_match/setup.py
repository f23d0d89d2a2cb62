import m
shapes = [m.Circle(1), m.Square(2)]
