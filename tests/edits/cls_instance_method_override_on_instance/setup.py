from m import C
c = C()
c.f = lambda: 'mine'
