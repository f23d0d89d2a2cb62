class C(dict):
    def go(self):
        return "old"
