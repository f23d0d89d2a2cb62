def with_tag(tag):
    def deco(cls):
        cls.tag = tag
        cls.describe = lambda self: f"{tag}:{type(self).__name__}"
        return cls
    return deco


@with_tag("a")
class C:
    x = 1
