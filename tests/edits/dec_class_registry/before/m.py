REGISTRY = {}


def register(cls):
    REGISTRY.setdefault(cls.__name__, []).append(cls)
    return cls


@register
class C:
    def go(self):
        return "old"
