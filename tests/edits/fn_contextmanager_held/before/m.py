from contextlib import contextmanager
log=[]
@contextmanager
def cm():
    log.append('in1')
    try: yield 1
    finally: log.append('out1')
