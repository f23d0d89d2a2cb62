import other
X = 2
other.SEEN.append(X)
raise SystemExit(3)
def f():
    return X + 1
