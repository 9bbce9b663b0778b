"""Variables every kernel runs with, and the process it is forked off: same inputs, same bytes."""

# Single-threaded numerics: with several threads, sums are added in an order that differs from run to run.
KERNEL_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "SOURCE_DATE_EPOCH": "315532800",  # 1980-01-01, the first day a zip file can name
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # pyarrow's allocator: no thread where kernels are forked
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
