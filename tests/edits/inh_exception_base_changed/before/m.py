class AppError(Exception):
    pass
class NotFound(AppError):
    pass
def find():
    raise NotFound('x')
