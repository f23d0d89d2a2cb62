assert m.lazy2=='L2' and not hasattr(m,'lazy') and dir(m)==['lazy2']
