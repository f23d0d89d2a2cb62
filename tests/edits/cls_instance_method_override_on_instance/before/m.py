class C:
    def f(self):
        return 'cls'
