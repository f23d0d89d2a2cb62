class C:
    items=[]
c=C()
DATA={'k':1}
C.items.append('x')
DATA['new']=2
c.attr=3
raise ValueError
