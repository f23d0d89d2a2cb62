assert A==10 and f()==2
