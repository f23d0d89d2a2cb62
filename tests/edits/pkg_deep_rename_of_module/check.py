import sys
assert app.service.make().name() == "new"
assert "app.models" not in sys.modules
assert not hasattr(app, "models")
assert u.name() in ("old", "new")
