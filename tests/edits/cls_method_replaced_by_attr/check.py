assert c.f == 5
