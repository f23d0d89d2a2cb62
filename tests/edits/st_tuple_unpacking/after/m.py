A, B = 1, 5
C = A + B
