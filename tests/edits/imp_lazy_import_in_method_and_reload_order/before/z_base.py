class Base:
    kind = "z1"
