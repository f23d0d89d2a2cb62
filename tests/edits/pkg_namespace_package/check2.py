import ns.more
assert ns.more.g() == 'g'
