FACTOR=3
def scale(): return 10
