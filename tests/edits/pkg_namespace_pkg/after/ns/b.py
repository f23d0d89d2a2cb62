from ns.a import K
L=K*2
