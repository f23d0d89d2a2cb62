class Root(Exception):
    pass


class AppError(Root):
    code = 2

    def __init__(self, text):
        super().__init__(text)
        self.text = text

    def __str__(self):
        return f"new {self.text}"
