RATE = 5


class Money:
    @staticmethod
    def gross(x):
        return x * RATE

    def net(self, x):
        return x / RATE


money = Money()
PRICE = Money.gross(10)
NET = money.net(10)
