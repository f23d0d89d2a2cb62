import m,copy,pickle
c=m.C()
d=pickle.dumps([c,m.C.__init__, m.C])
