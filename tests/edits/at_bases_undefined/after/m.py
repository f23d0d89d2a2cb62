class A(Missing):
    k = 2
    def f(self):
        return 'new'
