def mk(k):
    class L:
        def go(self): return ('new',k)
        def more(self): return self.go()
    return L
K=mk(1)
