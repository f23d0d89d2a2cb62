import m
t=m.TABLE; t['user']=1
