"""The sample feed: illustrative incidents of 2019 and 2020 whose sums are those of the founding document.

`plan` holds the figures, `generate` makes the incidents, `push` sends them as partner agencies would.
Every record is made up; docs/demo-data.md says what is published and what is illustration.
"""

from embedded.sample_feed.agencies import AGENCIES, Agency
from embedded.sample_feed.push import push
from embedded.sample_feed.summary import Summary

__all__ = ["AGENCIES", "Agency", "Summary", "push"]
