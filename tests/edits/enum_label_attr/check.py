assert m.E.A is a and a.label == 'First!' and b.label=='second' and m.E('c').label=='third' and m.E.C == 'c'
