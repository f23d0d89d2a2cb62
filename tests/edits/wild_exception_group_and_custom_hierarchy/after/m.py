class AppError(Exception):
    status = 500

    @property
    def label(self):
        return f"{type(self).__name__}:{self.status}"


class Gone(AppError):
    status = 410


class NotFound(Gone):
    status = 404


def find(x):
    raise NotFound(x) from ValueError(x)
