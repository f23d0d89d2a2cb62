def run():
    return "new"


EXTRA = 1
