assert c.f() == 'new'
