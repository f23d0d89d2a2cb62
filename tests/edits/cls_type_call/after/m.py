def go(self): return 2
C=type('C',(),{'go':go,'k':2,'z':3})
