import m,threading,time
bad=[];stop=threading.Event()
def spin():
    while not stop.is_set():
        a,b=m.pair()
        if a!=b: bad.append((a,b))
ts=[threading.Thread(target=spin,daemon=True) for _ in range(3)]
[t.start() for t in ts]
