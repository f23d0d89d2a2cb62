assert deposit(5) == 25 and show() == "new 25"
