from dataclasses import dataclass
@dataclass
class P:
    name: str
