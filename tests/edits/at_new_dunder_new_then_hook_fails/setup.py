import m, inspect
