A=3
B=3
def pair(): return (A,B)
