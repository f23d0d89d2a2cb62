class Base:
    def go(self):
        return 'old'
