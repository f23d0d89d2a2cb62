A, B = 1, 2
C = A + B
