assert m.T==(1,2,[3,40],50) and m.c==[3,40]
