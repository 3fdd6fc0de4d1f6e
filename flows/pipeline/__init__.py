"""The pipeline in the order of the data: plan, crawl, extract, load. Plain functions that know nothing of Prefect."""
