assert m.url() == "b:2" and (m.A, m.B, m.C) == (2, 3, [2])
