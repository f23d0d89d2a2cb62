import m
from concurrent.futures import ThreadPoolExecutor
w=m.W(); ex=ThreadPoolExecutor(2)
assert ex.submit(w.do,1).result()==('v1',1)
bound=w.do
