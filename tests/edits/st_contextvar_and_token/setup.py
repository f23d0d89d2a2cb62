import m
token = m.REQUEST.set("mine")
first = m.RNG.random()
var, rng = m.REQUEST, m.RNG
