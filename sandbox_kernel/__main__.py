"""`python3 -m sandbox_kernel`: from a bare checkout to JupyterLab on the lessons; with a command, `jupyter sandbox` itself.

Standard library only, and written so that an old Python can read it far enough to say what is missing.
"""

import sys

from sandbox_kernel.bootstrap import start

if __name__ == "__main__":
    sys.exit(start(sys.argv[1:]))
