"""The public page: the region at a glance, as HTML with pictures drawn on the server."""
