import m, threading
box = {'f': m.f, 'l': [m.f], 's': {m.f}}
meth = m.f.__get__(3) if False else None
timer = threading.Timer(100, m.f)
