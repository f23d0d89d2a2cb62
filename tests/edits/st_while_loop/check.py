assert m.RES==2187==m.n
