FAST=False
if FAST:
    def f(): return 'fast'
else:
    def f(): return 'slow'
