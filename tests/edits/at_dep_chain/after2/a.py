K=5
class A:
    n=K
