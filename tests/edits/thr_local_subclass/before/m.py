import threading


class Local(threading.local):
    n = 0

    def bump(self):
        self.n += 1
        return ("old", self.n)


LOCAL = Local()
