from app.models import User


def make():
    return User()
