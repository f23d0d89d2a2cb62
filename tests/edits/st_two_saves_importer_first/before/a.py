from z import K
L=K+1
