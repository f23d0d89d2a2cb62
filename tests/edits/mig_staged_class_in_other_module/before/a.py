class Base:
    tag = 1
