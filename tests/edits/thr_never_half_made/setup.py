import threading, m
stop, bad = threading.Event(), []
def watch():
    while not stop.is_set():
        a = m.pair()
        if a not in ((1, 1), (2, 2)):
            bad.append(a)
ts = [threading.Thread(target=watch, daemon=True) for _ in range(2)]
[t.start() for t in ts]
