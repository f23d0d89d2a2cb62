import m
class S(m.B):
    def __init__(self):
        super().__init__(); self.s=2
    def go(self): return 's'+super().go()
s=S()
