def make():
    class Local:
        def go(self):
            return 'old'
        def more(self):
            return 'more'
    return Local
