class Old:
    def go(self): return 'old'
