USERS = {}


class User:
    def __init__(self, name):
        self.name = name
        USERS[name] = self
