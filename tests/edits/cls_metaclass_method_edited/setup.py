from m import K
k = K()
