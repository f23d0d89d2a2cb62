import m, builtins
