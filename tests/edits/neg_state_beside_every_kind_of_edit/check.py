assert {n: getattr(m, n) for n in before} == before and all(getattr(m, n) is v for n, v in before.items())
assert m.next_id() == ("id", 2) and m.JOBS.get() == "job" and m.STOP.is_set() and m.SEEN == {1}
assert m.CACHE == {"2": 1} and m.SESSION == {"user": "ann"} and m.HOOKS[0]() == "2"
assert m.Service.instances == [m.SERVICE] and m.SERVICE.note == 1 and m.Service.version == "2"
