assert c.reveal() == 3 and C._C__secret == 3
