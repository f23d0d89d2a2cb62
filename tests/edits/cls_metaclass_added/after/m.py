class Meta(type):
    def tag(cls):
        return 'tag'
class K(metaclass=Meta):
    def f(self):
        return 1
