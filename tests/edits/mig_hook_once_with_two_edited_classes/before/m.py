class A:
    n = 0
class B(A):
    k = 0
