assert c.a() == 'patched' and c.b() == 22
