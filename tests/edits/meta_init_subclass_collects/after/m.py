from base import Command, action


class Shop(Command):
    @action
    def buy(self):
        return "BUY"

    @action
    def sell(self):
        return "sell"

    def plain(self):
        return 0
