from dataclasses import dataclass
@dataclass
class P:
    first: str
    last: str=''
    def __migrate__(self, old):
        self.first,self.last=old['name'].split(); del self.name
