REGISTRY = {}


def register(cls):
    REGISTRY.setdefault(cls.__name__, []).append(cls)
    return cls


@register
class C:
    x = 1

    def go(self):
        return "new"
