assert f() == ns.part.f() == 'new'
