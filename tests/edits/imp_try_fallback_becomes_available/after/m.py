try:
    from extra import speed
except ImportError:
    def speed():
        return "slower"


def go():
    return speed()
