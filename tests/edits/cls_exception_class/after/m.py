class MyError(ValueError):
    def __str__(self):
        return 'new'
def fail():
    raise MyError(1)
