A=1
B=3
def f(): return ('n',globals().get('A'))
