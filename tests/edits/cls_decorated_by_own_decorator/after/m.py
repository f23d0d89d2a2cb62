REG = []
def register(cls):
    REG.append(cls)
    cls.tag = 'registered'
    return cls
@register
class C:
    def go(self):
        return 'new'
    def more(self):
        return 1
