K=1
class A:
    n=K
