from z_base import Base


class User(Base):
    label = Base.kind + "?"
    more = Base.extra + 1
