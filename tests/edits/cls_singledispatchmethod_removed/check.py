assert [c.f(1),c.f('a'),c.f([])]==['D','S','L'], [c.f(1),c.f('a'),c.f([])]
