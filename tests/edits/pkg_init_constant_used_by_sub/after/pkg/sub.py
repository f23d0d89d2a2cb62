from . import VERSION
TEXT = f'v{VERSION}'
