def mk(k):
    class L:
        def go(self): return ('old',k)
    return L
K=mk(1)
