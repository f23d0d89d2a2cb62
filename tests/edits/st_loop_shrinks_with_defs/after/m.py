NAMES=['a']
for _n in NAMES:
    globals()[_n]=lambda n=_n: n
last=_n
