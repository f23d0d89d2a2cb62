assert (m.A, m.B, m.C) == (3, 3, 3)
