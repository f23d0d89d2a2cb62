from z import K, J
L=K+J
