assert m.run('n', 1, 5) == 4 and m.OPS is ops and m.OPS['mine'] is max
