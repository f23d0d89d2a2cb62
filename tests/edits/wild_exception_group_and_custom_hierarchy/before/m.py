class AppError(Exception):
    pass


class NotFound(AppError):
    status = 404


def find(x):
    raise NotFound(x)
