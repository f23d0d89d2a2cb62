assert c.go == ("v2", 2) and c.b() == "b"
