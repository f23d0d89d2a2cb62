assert f([1]) == 1
