class Command:
    registry = {}
    count = 0

    def __init_subclass__(cls, **kw):
        super().__init_subclass__(**kw)
        cls.actions = [k for k, v in vars(cls).items() if getattr(v, "action", False)]
        Command.registry[cls.__name__] = cls
        Command.count += 1


def action(fn):
    fn.action = True
    return fn
