assert inner(5) == {1, 3, 5} and other() == {2}
