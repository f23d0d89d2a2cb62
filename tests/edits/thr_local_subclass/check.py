assert m.LOCAL is local and m.LOCAL.bump() == ("new", 11)
out = []
t = threading.Thread(target=lambda: out.append(m.LOCAL.bump()))
t.start(); t.join()
assert out == [("new", 10)]
