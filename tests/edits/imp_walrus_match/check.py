assert (m.LIM,m.n,m.BIG)==(0,0,False)
