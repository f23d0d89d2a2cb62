from m import account
deposit, show = account(10)
deposit(5)
