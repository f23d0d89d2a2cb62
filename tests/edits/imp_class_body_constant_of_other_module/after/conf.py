LIMIT = 2
NAMES = ["a"]
