assert b.g()=='fn' and V()=='fn'
