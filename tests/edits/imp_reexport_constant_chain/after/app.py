from api import V as VERSION
TEXT = f'v{VERSION}'
