assert m.tools.f() == "module"
