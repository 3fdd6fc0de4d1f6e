"""The DuckDB warehouse: a private file that runs write, and a published copy that users query."""

from warehouse.connection import connect, published_exists
from warehouse.errors import DamagedWarehouseError, TransientWarehouseError, WarehouseBusyError, WarehouseError
from warehouse.opening import open_writer, warehouse_exists, writer_at_work
from warehouse.writer import Writer

__all__ = [
    "DamagedWarehouseError",
    "TransientWarehouseError",
    "WarehouseBusyError",
    "WarehouseError",
    "Writer",
    "connect",
    "open_writer",
    "published_exists",
    "warehouse_exists",
    "writer_at_work",
]
