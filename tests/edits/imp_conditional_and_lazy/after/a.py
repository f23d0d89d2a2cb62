FLAG=True
