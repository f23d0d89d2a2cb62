import app
a = app.PLUGINS["Alpha"]()
