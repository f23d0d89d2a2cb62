from app.entities import User


def make():
    return User()
