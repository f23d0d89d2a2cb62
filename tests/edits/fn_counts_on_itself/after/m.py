def visits():
    visits.count += 10
    return visits.count


visits.count = 0
