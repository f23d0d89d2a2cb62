assert m.BY_ID == {"ANN": ann} and ann.id == 7 and m.USERS["ann"] is ann
