assert (m.X,m.f(),m.Y)==(2,'two',3) and f()=='two'
