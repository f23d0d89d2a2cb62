tmp = 5
X = tmp * 2
del tmp
