assert pkg.sub.TEXT == 'v2' and pkg.sub.VERSION == 2
