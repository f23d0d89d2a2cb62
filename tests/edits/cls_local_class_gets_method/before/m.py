def make():
    class Local:
        def a(self):
            return "old"
    return Local


L1 = make()
