try:
    from extra import speed
except ImportError:
    def speed():
        return "slow"


def go():
    return speed()
