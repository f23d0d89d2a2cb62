assert c.f() == 'mine' and C().f() == 'cls2'
