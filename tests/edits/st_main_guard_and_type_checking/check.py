assert m.RUNS == []
m.main()
assert m.RUNS == [2]
