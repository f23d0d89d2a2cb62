assert [p.x for p in ps]==[0,10,20]
