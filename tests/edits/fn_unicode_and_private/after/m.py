class Å:
    def __secret(self): return 'ß2'
    def π(self): return self.__secret()
    def __other(self): return 'o'
    def τ(self): return self.__other()
def ｆ(): return 2
