class Conf:
    depth=1
    opts={'a':1}
conf=Conf()
