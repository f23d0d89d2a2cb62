from m import Base
class Mine(Base):
    def go(self):
        return 'mine ' + super().go()
x = Mine()
