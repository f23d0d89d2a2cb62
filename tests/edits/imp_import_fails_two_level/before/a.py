def f(): return 1
K=2
