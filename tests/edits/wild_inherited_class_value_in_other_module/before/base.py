class Base:
    limit = 1
    opts = {"a": 1}
