n=1
while n<100:
    n*=3
RES=n
