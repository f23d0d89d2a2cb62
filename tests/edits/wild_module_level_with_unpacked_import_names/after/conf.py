HOST, PORT = "b", 2
OPTIONS = dict(x=1)
