assert f() == 2 and 'helper' not in sys.modules
