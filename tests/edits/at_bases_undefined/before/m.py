class A:
    k = 1
    def f(self):
        return 'old'
