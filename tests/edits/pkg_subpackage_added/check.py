assert pkg.a.f() == 'deep' and pkg.sub.deep.g is pkg.a.g
