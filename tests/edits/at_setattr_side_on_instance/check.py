# refused
assert m.C.items==[] and m.DATA=={'k':1} and not hasattr(m.c,'attr')
