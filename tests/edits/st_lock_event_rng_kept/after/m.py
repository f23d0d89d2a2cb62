import threading, random, contextvars, weakref, itertools
LOCK = threading.Lock()
EV = threading.Event()
RNG = random.Random(1)
VAR = contextvars.ContextVar('v', default=0)
IDS = itertools.count()
CACHE = weakref.WeakValueDictionary()
def f():
    return 'new'
