assert (m.A, m.B, m.C) == (1, 5, 6)
