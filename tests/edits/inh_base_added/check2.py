assert not isinstance(c, m.Base) and not hasattr(c, 'hello') and c.go() == 'go' and m.C().go() == 'go'
