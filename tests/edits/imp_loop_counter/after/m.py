N=5
total=0
names=[]
for i in range(N):
    total+=i
    names.append(str(i))
else:
    done=True
avg=total/N
