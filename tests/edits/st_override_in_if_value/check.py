assert (m.X,m.f(),m.Y)==(1,'d',2) and f()=='d', (m.X, m.Y)
