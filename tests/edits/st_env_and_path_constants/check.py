assert m.f() == ('m!', os.path.dirname(m.__file__))
