assert visits() == 12
