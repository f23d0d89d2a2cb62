from m import C
c = C()
c.go(1)
