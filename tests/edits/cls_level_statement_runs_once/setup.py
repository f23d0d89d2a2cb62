import m, log
