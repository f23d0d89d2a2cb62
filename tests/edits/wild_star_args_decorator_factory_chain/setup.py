import m
api = m.Api()
get = api.get
