"""Finding names while more is loaded, in processes that would wait for the loading otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.names.store import next_piece, store_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol

    from warehouse.names.mention import Mention
    from warehouse.names.store import Piece, Text
    from warehouse.search.index import OpenWarehouse

    class FoundLater(Protocol):
        """The names in texts that other processes are reading."""

        def done(self) -> bool:
            """Whether all are found."""
            ...

        def result(self) -> Sequence[list[Mention]]:
            """The names in each text; waits until they are found."""
            ...

    StartFinding = Callable[[Sequence[Text]], FoundLater]


class NamesAhead:
    """Finds names a piece at a time; call `look` after each load, and `read_new_names` after `finish`."""

    def __init__(self, warehouse: OpenWarehouse, start: StartFinding) -> None:
        self._warehouse = warehouse
        self._start = start
        self._running: tuple[Piece, FoundLater] | None = None

    def look(self, least: int) -> None:
        """Store what has been found, and begin with the next versions if there are at least so many.

        Raises TransientWarehouseError if the disk fails; then `read_new_names` finds the names again.
        """
        if self._warehouse.is_lake:  # other processes may find the same names
            return
        if self._running is not None:
            if not self._running[1].done():
                return
            self.finish()
        piece = next_piece(self._warehouse.connection)
        if len(piece.docs) >= least:
            self._running = piece, self._start(list(piece.texts.values()))

    def finish(self) -> None:
        """Wait for what is being found, and store it."""
        if self._running is None:
            return
        (piece, found), self._running = self._running, None
        names = found.result()
        with self._warehouse.transaction() as connection:
            store_names(connection, piece, names)
