assert Klass().go() == 'new' and K2().go() == 'new'
