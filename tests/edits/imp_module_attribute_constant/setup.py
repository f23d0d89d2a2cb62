import m, conf
