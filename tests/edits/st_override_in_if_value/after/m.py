MODE=3
X=1
if MODE==2:
    X=2
def f(): return 'd'
if MODE==2:
    def f(): return 'two'
Y=X+1
