def log(x):
    return ("new", x)


def run(x, logger=log, table={"log": log}):
    return logger(x), table["log"](x)


class C:
    hook = log
    hooks = [log]
