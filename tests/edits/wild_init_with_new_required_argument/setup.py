import m
job = m.JOBS[0]
