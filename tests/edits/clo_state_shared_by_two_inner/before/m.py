def account(balance):
    def deposit(x):
        nonlocal balance
        balance += x
        return balance

    def show():
        return f"old {balance}"
    return deposit, show
