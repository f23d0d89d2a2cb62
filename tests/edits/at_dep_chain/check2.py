assert o.n==5 and o.m==6 and c.V==6
