import a
class B:
    x=1
