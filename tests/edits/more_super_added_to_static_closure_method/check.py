assert c.go() == ["base", "c2", "w"] and go() == ["base", "c2", "w"]
