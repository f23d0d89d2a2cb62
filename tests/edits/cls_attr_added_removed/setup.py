from m import C
c = C()
C.extra = 5
