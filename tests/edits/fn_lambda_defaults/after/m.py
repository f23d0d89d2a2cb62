K=5
fs=[lambda x, k=K: x+k, lambda x: x*K]
