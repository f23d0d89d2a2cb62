import m,functools,threading
c=m.C(); res=[]
p=functools.partial(c.cb, 5)
ev=threading.Event()
t=threading.Thread(target=lambda:(ev.wait(9),res.append(p()))); t.start()
