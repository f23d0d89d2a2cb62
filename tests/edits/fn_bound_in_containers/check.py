assert box['f']() == box['l'][0]() == 'new' and next(iter(box['s']))() == 'new' and timer.function() == 'new'
