assert ex.submit(bound,1).result()==('v2',1) and list(ex.map(w.do,[1,2]))==[('v2',1),('v2',2)] and w.n==4
ex.shutdown()
