assert m.tools.f() == "class again"
