"""`newsloom up`: one process that keeps a Prefect server and the flows' runner alive.

    up (supervise.py) ─┬─ server.py: Prefect's server on loopback, unless PREFECT_API_URL names another one
                       └─ runner.py: polls the server for runs that are due ── one process for each run

The children end when their parent has gone, however it ended; what they left is put right by the next start.
"""
