GREETING = "hi"
SENT = []


def send(name):
    SENT.append(f"{GREETING} {name}")


send("ann")


def quiet():
    return GREETING
