K=50
class A:
    n=K
