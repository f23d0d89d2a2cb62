assert [x.v for x in xs]==[2,2,2]
assert sorted(n for n,_ in calls)==['B','S','T']
assert dict(calls)['S']=={'v':1,'s':5}, calls
