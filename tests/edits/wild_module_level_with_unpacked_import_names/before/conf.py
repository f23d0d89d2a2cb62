HOST, PORT = "a", 1
OPTIONS = dict(x=1)
