LOG = []


def helper(x):
    LOG.append(("old", x))


def work():
    try:
        while True:
            x = yield
            helper(x)
    except ValueError as error:
        helper(str(error))
        yield "caught"
    finally:
        helper("end")
