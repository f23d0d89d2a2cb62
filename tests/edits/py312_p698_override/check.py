assert b.go()==h()==22 and b.new()==5 and b.go.__override__
