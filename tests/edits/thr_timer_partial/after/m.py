class C:
    def cb(self, x, y=1): return ('n',x,y)
