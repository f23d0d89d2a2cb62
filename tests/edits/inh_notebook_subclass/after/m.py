class Base:
    def go(self):
        return 'new'
