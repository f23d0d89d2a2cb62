assert m.S=='/z/y'
