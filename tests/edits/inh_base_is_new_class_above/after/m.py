class Named:
    def name(self):
        return "named"


class C(Named, dict):
    def go(self):
        return "new"
