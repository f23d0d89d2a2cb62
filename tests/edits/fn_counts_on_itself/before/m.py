def visits():
    visits.count += 1
    return visits.count


visits.count = 0
