"""The service behind `newsloom up`: a process that keeps a Prefect server and a runner of flows alive.

    up (supervise.py) ─┬─ server.py: Prefect's server on loopback, unless PREFECT_API_URL names another one
                       └─ runner.py: polls the server for due runs and starts a process for each

Both processes end when their parent has gone, however it ended. The next start reconciles what they left.
"""
