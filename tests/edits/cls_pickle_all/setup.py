import m,pickle
c=m.C(); data=pickle.dumps(c)
