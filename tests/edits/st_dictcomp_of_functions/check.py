assert [m.TABLE[k]() for k in 'abc']==['a2','b2','c'] and m.ORDER==['a','b','c'], m.ORDER
