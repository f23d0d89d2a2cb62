from base import Command, action


class Shop(Command):
    @action
    def buy(self):
        return "buy"
