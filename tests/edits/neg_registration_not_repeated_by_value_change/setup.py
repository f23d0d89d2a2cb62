import m, reg
home = m.home
