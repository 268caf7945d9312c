"""Files as the shop of Online Retail would write them, with its kinds of dirt, made from a seed."""
import random

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def day_rows(rng, day, count, customers=40):
    """Invoice lines of one day.  Every tenth has no customer, some are returns, some are true repeats."""
    rows = []
    for number in range(count):
        if rows and rng.random() < 0.03:
            rows.append(rows[-1])  # the same line twice in a file is two lines
            continue
        back = rng.random() < 0.06
        invoice = f"{'C' if back else ''}{day}{number // 4:03d}"
        customer = "" if rng.random() < 0.1 else f"{12000 + rng.randrange(customers)}.0"
        quantity = rng.randrange(1, 30) * (-1 if back else 1)
        stamp = f"2011-{1 + day // 28:02d}-{1 + day % 28:02d} {rng.randrange(8, 18):02d}:{rng.randrange(60):02d}:00"
        text = rng.choice(["MUG", '"SET OF 3, RED"', "LANTERN", ""])
        rows.append(f"{invoice},{rng.randrange(20000, 20400)},{text},{quantity},{stamp},"
                    f"{rng.randrange(1, 2000) / 100},{customer},United Kingdom")
    return rows


def write_days(folder, days, rows_a_day, seed=7, customers=40):
    """A file for each day.  Returns their paths."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for day in range(days):
        path = folder / f"day-{day:03d}.csv"
        path.write_text("\n".join([HEADER, *day_rows(rng, day, rows_a_day, customers)]) + "\n", encoding="utf-8")
        paths.append(path)
    return paths
