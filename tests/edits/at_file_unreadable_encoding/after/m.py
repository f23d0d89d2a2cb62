# -*- coding: nonsense -*-
X = 2
