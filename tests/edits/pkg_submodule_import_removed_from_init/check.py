assert pkg.X == 2 and not hasattr(pkg, 'f') and pkg.a is sys.modules['pkg.a']
