import m, pkg
