class Plugin:
    names = []

    def __init_subclass__(cls, *, key, **rest):
        super().__init_subclass__(**rest)
        cls.key = key
        Plugin.names.append(key)


class A(Plugin, key="a"):
    pass
