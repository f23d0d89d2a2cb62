def make():
    class Local:
        def go(self):
            return 'new'
    return Local
