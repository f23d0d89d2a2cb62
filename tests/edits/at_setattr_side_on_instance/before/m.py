class C:
    items=[]
c=C()
DATA={'k':1}
