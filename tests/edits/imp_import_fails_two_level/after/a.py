def f(): return 3
K=7
