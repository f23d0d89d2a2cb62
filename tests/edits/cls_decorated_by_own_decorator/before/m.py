REG = []
def register(cls):
    REG.append(cls)
    cls.tag = 'registered'
    return cls
@register
class C:
    def go(self):
        return 'old'
