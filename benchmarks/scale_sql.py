"""The sales marts in hand-written DuckDB SQL over the warehouse's parquet: what a good analyst would write for each."""

import sys
from pathlib import Path

import duckdb

LINES = """
CREATE VIEW own AS
SELECT order_id, line_no, ordered_at, l.customer_id, salesperson_id, l.channel_id, l.product_id, quantity, promoted, campaign_id,
  ordered_at::DATE AS date, date_trunc('month', ordered_at::DATE)::DATE AS month,
  coalesce(p.brand, 'unlisted') AS brand, coalesce(p.category, 'unlisted') AS category,
  coalesce(p.subcategory, 'unlisted') AS subcategory, quantity < 0 AS is_return,
  coalesce(h.channel, l.channel_id) AS channel, coalesce(h.channel_type, 'unlisted') AS channel_type,
  coalesce(l.region, c.region, 'unlisted') AS region, c.segment,
  coalesce(net_sales, (quantity * net_price)::DECIMAL(18, 4))::DECIMAL(18, 4) AS net_sales,
  coalesce((quantity * l.list_price)::DECIMAL(18, 4), coalesce(net_sales, (quantity * net_price)::DECIMAL(18, 4))
    + coalesce(discount, 0) * CASE WHEN quantity < 0 THEN -1 ELSE 1 END)::DECIMAL(18, 4) AS list_sales,
  (coalesce(discount, 0) * CASE WHEN quantity < 0 THEN -1 ELSE 1 END)::DECIMAL(18, 4) AS discount,
  (quantity * coalesce(l.cost, p.unit_cost))::DECIMAL(18, 4) AS cost
FROM '{0}/sales_lines/*.parquet' l
LEFT JOIN '{0}/products/*.parquet' p USING (product_id)
LEFT JOIN '{0}/channels/*.parquet' h ON l.channel_id = h.channel_id
LEFT JOIN '{0}/customers/*.parquet' c ON l.customer_id = c.customer_id
"""
FIRST = """
CREATE TEMP TABLE first_orders AS
SELECT DISTINCT ON (customer_id) customer_id, date, channel_id, channel_type, region FROM own
SEMI JOIN (SELECT customer_id, min(ordered_at) AS ordered_at FROM own WHERE NOT is_return AND customer_id IS NOT NULL
  GROUP BY 1) e USING (customer_id, ordered_at)
WHERE NOT is_return ORDER BY customer_id, order_id, line_no
"""
NET = "sum(net_sales) AS net_sales, sum(CASE WHEN is_return THEN 0 ELSE net_sales END) AS gross_sales, "
NET += "sum(CASE WHEN is_return THEN -net_sales ELSE 0 END) AS returns, sum(quantity) AS quantity"
COST = "CASE WHEN count(cost) = count(*) THEN sum(cost) END AS cost"
ORDERS = "count(DISTINCT order_id) FILTER (NOT is_return) AS orders"
AMOUNTS = f"{NET}, sum(list_sales) AS list_sales, sum(discount) AS discount, {COST}, {ORDERS}, count(*) AS lines"
MONTHLY = "month, channel_id, channel, channel_type, region, brand, category, subcategory, product_id"
MARTS = {
    "sales_daily": f"SELECT date, channel_id, region, brand, category, {NET}, sum(discount) AS discount, {COST}, {ORDERS} "
                   "FROM own GROUP BY 1, 2, 3, 4, 5",
    "sales_monthly": f"SELECT {MONTHLY}, {AMOUNTS} FROM own GROUP BY {MONTHLY}",
    "channel_daily": f"SELECT date, channel_id, region, {AMOUNTS} FROM own GROUP BY 1, 2, 3",
    "people_monthly": f"SELECT month, salesperson_id AS person_id, {NET}, sum(discount) AS discount, {COST}, {ORDERS}, "
                      "count(DISTINCT customer_id) FILTER (NOT is_return) AS customers FROM own "
                      "WHERE salesperson_id IS NOT NULL GROUP BY 1, 2",
    "demand_daily": "SELECT date, channel_id, count(*) AS lines, sum(quantity) AS quantity, sum(net_sales) AS gross_sales, "
                    f"sum(list_sales) AS list_sales, {COST} FROM own WHERE NOT is_return GROUP BY 1, 2",
    "prices_weekly": "SELECT date_trunc('week', date)::DATE AS week, channel_id, brand, category, subcategory, product_id, "
                     f"sum(quantity) AS quantity, sum(net_sales) AS net_sales, sum(list_sales) AS list_sales, {COST}, "
                     "CASE WHEN count(promoted) > 0 THEN sum(CASE WHEN promoted THEN quantity ELSE 0 END) END "
                     "AS promoted_quantity, "
                     "count(*) AS lines FROM own WHERE quantity > 0 GROUP BY 1, 2, 3, 4, 5, 6",
    "customers_monthly": "SELECT s.*, date_trunc('month', f.date)::DATE AS first_order_month, "
                         "coalesce(month = date_trunc('month', f.date), false) AS is_new FROM (SELECT month, customer_id, "
                         f"channel_id, channel_type, region, segment, {ORDERS}, sum(quantity) AS quantity, "
                         "sum(net_sales) AS net_sales, coalesce(sum(net_sales) FILTER (NOT is_return), 0) AS gross_sales, "
                         "CASE WHEN count(promoted) > 0 THEN count(DISTINCT order_id) FILTER (promoted AND NOT is_return) END "
                         "AS promoted_orders, min(date) FILTER (NOT is_return) AS first_on, "
                         "max(date) FILTER (NOT is_return) AS last_on, count(DISTINCT date) FILTER (NOT is_return) "
                         "AS purchase_days "
                         "FROM own WHERE customer_id IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6) s "
                         "LEFT JOIN first_orders f ON s.customer_id = f.customer_id",
    "new_customers_daily": "SELECT date, channel_id, channel_type, region, count(DISTINCT customer_id) AS new_customers "
                           "FROM first_orders GROUP BY 1, 2, 3, 4",
}  # fmt: skip


def main(warehouse: str, target: str) -> None:
    """Write every mart, sorted, as the pipeline does."""
    con = duckdb.connect(config={"memory_limit": "2GB"})
    con.execute("SET TimeZone = 'Asia/Shanghai'; SET enable_progress_bar = false; SET temp_directory = '/tmp/brandops-duckdb'")
    con.execute(LINES.format(warehouse))
    con.execute(FIRST)
    for name, query in MARTS.items():
        con.execute(f"COPY (SELECT * FROM ({query}) ORDER BY ALL) TO '{Path(target) / name}.parquet' (COMPRESSION zstd)")


if __name__ == "__main__":
    main(*sys.argv[1:])
