assert k.show() == ('new', 't')
