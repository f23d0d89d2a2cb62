import m,queue,threading
a=m.A(); q,out=queue.Queue(),queue.Queue()
t=threading.Thread(target=a.loop,args=(q,out),daemon=True); t.start()
q.put(1); assert out.get(timeout=5)==('1',1)
