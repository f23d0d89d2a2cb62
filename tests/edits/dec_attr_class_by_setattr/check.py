assert (c.tag, c.x, c.describe()) == ("b", 2, "<b:C>")
