import queue
import threading

QUEUE = queue.Queue()
DONE = queue.Queue()


class Job:
    def __init__(self, n):
        self.n = n

    def run(self):
        return ("new", self.n)


def work():
    while True:
        job = QUEUE.get()
        if job is None:
            return
        DONE.put([job()])


WORKER = threading.Thread(target=work, daemon=True)
WORKER.start()
