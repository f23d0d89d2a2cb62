assert m.Color.RED is red and m.Color.BLUE.value == 3
