import itertools
import queue
import threading
import time

VERSION = "2"
IDS = itertools.count()
STARTED = time.perf_counter()
JOBS = queue.Queue()
STOP = threading.Event()
SEEN = set()
CACHE = {VERSION: 1}
SESSION = {"user": None}
HOOKS = [lambda: VERSION]


class Service:
    instances = []
    version = VERSION

    def __init__(self):
        self.started = STARTED
        self.extra = VERSION
        Service.instances.append(self)


SERVICE = Service()


def next_id():
    return ("id", next(IDS))
