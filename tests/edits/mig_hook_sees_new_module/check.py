assert c.n==30
