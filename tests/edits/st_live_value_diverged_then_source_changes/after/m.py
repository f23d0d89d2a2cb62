LEVEL = 2
MODE = "a"
HITS = 0


def hit():
    global HITS
    HITS += 10
    return (LEVEL, MODE, HITS)
