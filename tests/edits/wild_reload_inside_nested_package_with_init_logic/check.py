assert a.run() == "a2" and app.PLUGINS["Beta"]().run() == "b"
assert app.PLUGINS["Alpha"] is type(a) and app.plugins.beta.Beta is app.PLUGINS["Beta"]
