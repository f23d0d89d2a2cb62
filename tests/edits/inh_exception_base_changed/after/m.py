class AppError(Exception):
    pass
class NotFound(AppError, KeyError):
    pass
def find():
    raise NotFound('x')
