"""The steps of the pipeline in the order of the data: plan, crawl, extract, load. None of them imports Prefect."""
