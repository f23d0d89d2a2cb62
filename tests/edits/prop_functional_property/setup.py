from m import C
c = C()
