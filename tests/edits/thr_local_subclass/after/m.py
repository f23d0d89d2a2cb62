import threading


class Local(threading.local):
    n = 0

    def bump(self):
        self.n += 10
        return ("new", self.n)


LOCAL = Local()
