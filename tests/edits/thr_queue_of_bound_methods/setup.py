import m
worker = m.WORKER
pending = m.Job(1).run
m.QUEUE.put(m.Job(0).run)
assert m.DONE.get(timeout=5) == ("old", 0)
