from a import K, f, g

TWICE = K * 2
