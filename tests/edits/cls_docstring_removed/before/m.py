class C:
    '''doc'''
    def f(self):
        return 1
