USERS = {}
BY_ID = {}


class User:
    def __init__(self, name):
        self.name = name
        self.id = len(USERS)
        USERS[name] = self

    def __migrate__(self, old):
        self.id = 7


def __migrate_module__(old):
    for name, user in old["USERS"].items():
        BY_ID[name.upper()] = user


def unrelated():
    return 1
