assert [f(1),f(1.0),f('a'),f(None),f(b'')]==['d3','d3','s3','d3','user'], [f(1),f(1.0),f('a'),f(None),f(b'')]
