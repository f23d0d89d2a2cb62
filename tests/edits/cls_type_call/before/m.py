def go(self): return 1
C=type('C',(),{'go':go,'k':1})
