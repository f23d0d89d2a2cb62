def account(balance):
    def deposit(x):
        nonlocal balance
        balance += x * 2
        return balance

    def show():
        return f"new {balance}"

    def withdraw(x):
        nonlocal balance
        balance -= x
        return balance
    return deposit, show
