assert m.S.items in ([('a',1)],[('lost',0)])
