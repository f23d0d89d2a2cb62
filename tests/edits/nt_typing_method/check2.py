assert p.both == 1
