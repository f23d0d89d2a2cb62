LEVEL = 1
MODE = "a"
HITS = 0


def hit():
    global HITS
    HITS += 1
    return (LEVEL, MODE, HITS)
