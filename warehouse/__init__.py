"""The DuckDB warehouse: a private file that runs write, and a published copy that users query."""

from warehouse.connection import connect
from warehouse.errors import DamagedWarehouseError, TransientWarehouseError, WarehouseBusyError, WarehouseError
from warehouse.writer import Writer, open_writer, writer_at_work

__all__ = [
    "DamagedWarehouseError",
    "TransientWarehouseError",
    "WarehouseBusyError",
    "WarehouseError",
    "Writer",
    "connect",
    "open_writer",
    "writer_at_work",
]
