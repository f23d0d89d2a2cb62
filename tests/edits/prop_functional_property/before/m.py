class C:
    def get(self):
        return 1
    x = property(get)
    y = property(lambda self: 'old')
