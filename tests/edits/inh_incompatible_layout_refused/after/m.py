class C(list):
    def go(self):
        return "new"
