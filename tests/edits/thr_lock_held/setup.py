import m, threading
a=m.A(); st,go,out=threading.Event(),threading.Event(),[]
t=threading.Thread(target=a.run,args=(st,go,out)); t.start(); st.wait(5); L=m.LOCK
