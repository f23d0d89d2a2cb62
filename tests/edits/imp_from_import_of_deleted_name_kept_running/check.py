assert b.keep() == 'keep2' and not hasattr(a, 'old') and old() == 'old'
