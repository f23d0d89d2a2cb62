assert m.E.B is a and list(m.E)==[a] and m.E['B'] is a
