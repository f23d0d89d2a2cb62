from a import scale

TEN = scale(10)
NAMES = {"ten": TEN}
