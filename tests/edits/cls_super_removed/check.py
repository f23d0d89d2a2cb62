assert b.go() == held() == 'b2'
