from m import C
c = C()
lazy = c.lazy
