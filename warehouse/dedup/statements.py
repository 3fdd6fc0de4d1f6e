"""The statements in the .sql files of this folder."""

from warehouse.sql_files import sql_beside

statement = sql_beside(__file__)
