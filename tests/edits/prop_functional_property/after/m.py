class C:
    def get(self):
        return 2
    x = property(get)
    y = property(lambda self: 'new')
