VALUE = helper()
