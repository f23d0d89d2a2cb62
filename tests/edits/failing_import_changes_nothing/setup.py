import m, other
