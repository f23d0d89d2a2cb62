assert x.go() == 'new' and m.make()().go() == 'new'
