class Base:
    seen = []

    def __init_subclass__(cls, **kw):
        super().__init_subclass__(**kw)
        if "forbidden" in vars(cls):
            raise TypeError("forbidden member")
        Base.seen.append(cls.__name__)
