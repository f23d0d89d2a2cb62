from a import K
