FLAG=False
