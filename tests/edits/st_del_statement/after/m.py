tmp = 7
X = tmp * 2
del tmp
