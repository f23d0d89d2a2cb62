assert api.get(1) == [4, ("new", 1)] and m.Api.get.times == 4
assert get(1) == [4, ("new", 1)]
assert m.Api.make() == [3, "API"]
