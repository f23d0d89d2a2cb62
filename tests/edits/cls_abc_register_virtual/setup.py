import m
from m import Walker
duck, dog = m.Duck(), m.Dog()

@Walker.register
class Mine:
    pass
