assert c.show() == 10
