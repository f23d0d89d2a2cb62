assert L == 20 and mine == 10 and limit == 10 and NAME == 'a'
