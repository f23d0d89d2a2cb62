class MyError(ValueError):
    def __str__(self):
        return 'old'
def fail():
    raise MyError()
