assert m.find('1a2b')==['a','b'] and RX.pattern=='[a-z]+'
