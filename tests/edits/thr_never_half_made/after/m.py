import time
A = 2
time.sleep(0.05)
B = 2
def pair():
    return (A, B)
