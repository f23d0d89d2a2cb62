assert app.VERSION == 2 and app.TEXT == 'v2' and VERSION == 2
