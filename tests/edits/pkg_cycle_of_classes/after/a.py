import b
class A:
    def make(self):
        return b.B()
    def name(self):
        return 'a2'
