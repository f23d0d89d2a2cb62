class A:
    def who(self):
        return 'A'
class B:
    def who(self):
        return 'B'
