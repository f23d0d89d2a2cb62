assert b.Color.RED is red and red.label() == "new RED" and red.twice == 2
