"""Charts of the pages, one module per subject: analysis results in, a figure or an Altair chart out."""
