"""The checks that `newsloom doctor` runs on the warehouse: one .sql file each."""
