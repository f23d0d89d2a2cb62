assert c.v == "plain" and d.v == "plain"
