import m
m.LEVEL = 7
m.MODE = "user"
m.hit()
