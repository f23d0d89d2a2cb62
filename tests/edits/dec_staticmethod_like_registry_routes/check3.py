assert app.ROUTES['/bb']() == 'old b' and app.ROUTES['/a'] is m.a
