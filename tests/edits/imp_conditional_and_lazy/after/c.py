thing='real'
