from errs import AppError


def guard(fn):
    try:
        fn()
    except AppError as error:
        return (error.code, str(error))
