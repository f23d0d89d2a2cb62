import ns.a, ns.b
