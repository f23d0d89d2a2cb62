from concurrent.futures import ThreadPoolExecutor
POOL = ThreadPoolExecutor(1)
def job(x):
    return ('new', x)
def submit(x):
    return POOL.submit(job, x)
