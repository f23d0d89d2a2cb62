assert r.T==(10,5) and p.q.DOUBLE==10 and p.q.S==5
