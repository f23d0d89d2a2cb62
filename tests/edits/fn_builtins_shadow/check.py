assert f([1]) == 'shadow'
