from m import S
a = S.A
