from a import K
L=K+1
