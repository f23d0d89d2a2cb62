from a import __version__
import a
BANNER=f'v{__version__}'
AUTH=a.__author__
