import m, reg
