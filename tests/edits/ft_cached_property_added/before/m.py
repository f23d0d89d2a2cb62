class C:
    def data(self):
        return 'method'
