assert m.run() == 'new'
