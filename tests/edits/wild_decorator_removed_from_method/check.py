assert c.go(1) == 2 and go(1) in (2, ("loud", 2)) and c.s() == ("loud", 2)
