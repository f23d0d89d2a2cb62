class AppError(Exception):
    code = 1

    def __init__(self, text):
        super().__init__(text)
        self.text = text

    def __str__(self):
        return f"old {self.text}"
