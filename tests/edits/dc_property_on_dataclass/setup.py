from m import R
r = R(2, 3)
