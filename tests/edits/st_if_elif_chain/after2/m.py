MODE=3
if MODE==1:
    VAL='one'
    def f(): return 'f-one'
elif MODE==2:
    VAL='two'
    EXTRA=True
    def f(): return 'f-two'
else:
    VAL=None
