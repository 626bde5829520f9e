"""The sample feed: illustrative incidents of 2019 and 2020 whose sums are those of the founding document.

`figures` lists the published sums, `plan` how the feed meets them, `generate` makes the incidents, and `push` sends
them as partner agencies would. Every record is made up; docs/demo-data.md says what is published.
"""
