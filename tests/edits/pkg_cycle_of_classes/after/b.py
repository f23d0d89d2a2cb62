import a
class B:
    def back(self):
        return a.A()
    def name(self):
        return 'b2'
