class B:
    tags=[]
    def __init_subclass__(cls, **k):
        cls.tag=cls.__name__
class S(B): pass
