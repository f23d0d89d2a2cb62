assert app.ROUTES['/a']() == 'new a' and app.ROUTES['/a'] is m.a and len(app.ROUTES) == 2
