assert sorted(app.ROUTES) == ['/a', '/b', '/c'] and app.ROUTES['/c'] is m.c
