assert b.get() == ('new', 3) and Box[str]('a').get() == ('new', 'a')
