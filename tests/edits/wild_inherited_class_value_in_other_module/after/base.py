class Base:
    limit = 5
    opts = {"a": 9}
