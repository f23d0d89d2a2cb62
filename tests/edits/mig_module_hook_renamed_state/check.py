m.hit()
assert m.STATS=={'hits':3} and not hasattr(m,'COUNT')
