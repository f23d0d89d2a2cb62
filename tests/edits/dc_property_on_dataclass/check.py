assert r.area == 5
