assert m.make()().more() == 'more' and x.go() == 'old'
