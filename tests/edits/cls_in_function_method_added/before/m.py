def make():
    class Local:
        def go(self):
            return 'old'
    return Local
