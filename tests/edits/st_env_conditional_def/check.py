assert f()=='new2' and c.g()=='g2'==h() and c.k()=='k'
