K=1
fs=[lambda x, k=K: x+k, lambda x: x*K]
