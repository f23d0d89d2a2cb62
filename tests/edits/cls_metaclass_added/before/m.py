class Meta(type):
    def tag(cls):
        return 'tag'
class K:
    def f(self):
        return 1
