"""Exit status 0 when the address, the only argument, answers with success: `python healthy.py http://…/readyz`."""

import sys
from urllib.request import urlopen

try:
    urlopen(sys.argv[1], timeout=3).close()  # noqa: S310 - the container's own
except OSError as error:
    sys.exit(f"{sys.argv[1]}: {error}")
