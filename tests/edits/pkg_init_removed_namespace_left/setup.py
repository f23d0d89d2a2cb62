import pkg, pkg.a
