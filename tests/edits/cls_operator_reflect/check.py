assert (1+n).v==2 and not n and [0,1,2][n]==1 and n[7]==7 and 1 in n
with n: raise ValueError
k=n
k+=5
assert k is n and n.v==6
