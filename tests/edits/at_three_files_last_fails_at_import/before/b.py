from a import K, f

TWICE = K * 2
