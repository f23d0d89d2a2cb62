import threading
LOCK=threading.RLock()
class A:
    def run(self, started, go, out):
        with LOCK:
            started.set(); go.wait(10)
            out.append('newrun')
    def step(self): return 's2'
