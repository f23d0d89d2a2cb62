class Conf:
    depth=2
    opts={'a':5}
conf=Conf()
