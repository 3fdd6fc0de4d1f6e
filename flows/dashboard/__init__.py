"""The dashboard: a local, read-only page on the published file, rendered on the server.

`views` states each page as SQL and as what its template needs, `published` runs the SQL, `rendering` makes HTML of it,
and `server` answers requests.
"""
