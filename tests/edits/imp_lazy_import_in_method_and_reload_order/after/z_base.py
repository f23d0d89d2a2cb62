class Base:
    kind = "z2"
    extra = 1
