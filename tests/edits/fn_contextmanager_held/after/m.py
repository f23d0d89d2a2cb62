from contextlib import contextmanager
log=[]
@contextmanager
def cm():
    log.append('in2')
    try: yield 2
    finally: log.append('out2')
