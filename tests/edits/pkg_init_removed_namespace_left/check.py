assert pkg.K == 2 and pkg.f is pkg.a.f and pkg.f() == "b"
