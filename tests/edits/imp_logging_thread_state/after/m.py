import threading
ev=threading.Event()
count=[]
def run():
    count.append(2)
    ev.wait(5)
T=threading.Thread(target=run,daemon=True)
T.start()
def f(): return 2
