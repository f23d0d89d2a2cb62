A=1
B=1
def pair(): return (A,B)
