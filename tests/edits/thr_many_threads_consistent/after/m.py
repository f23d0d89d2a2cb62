A=2
B=2
def pair(): return (A,B)
