import m
m.next_id(); m.next_id()
m.JOBS.put("job"); m.STOP.set(); m.SEEN.add(1); m.SESSION["user"] = "ann"
before = {n: getattr(m, n) for n in "IDS STARTED JOBS STOP SEEN SESSION SERVICE HOOKS".split()}
m.SERVICE.note = 1
