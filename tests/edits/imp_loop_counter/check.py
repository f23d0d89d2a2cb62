assert (m.total,m.avg,m.names,m.i)==(10,2,['0','1','2','3','4'],4)
