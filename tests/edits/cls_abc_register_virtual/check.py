assert isinstance(duck, Walker) and isinstance(Mine(), Walker)
assert dog.twice() == "RUNRUNRUN"
assert duck.walk() == "WADDLE"
