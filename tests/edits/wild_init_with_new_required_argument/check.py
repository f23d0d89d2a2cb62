assert m.make("b").priority == 5 and job.priority == 0
assert m.JOBS == [job]
