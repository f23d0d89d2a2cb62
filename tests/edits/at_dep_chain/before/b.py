from a import A
class B(A):
    m=A.n+1
