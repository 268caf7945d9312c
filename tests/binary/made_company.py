"""Customers whose logins thin out before they leave; noise that has nothing to do with it."""
import datetime
import math

FIRST = datetime.date(2025, 1, 6)
MODEL = """kenko: 1
model: first
min_coverage: 0%
outcomes:
  churn: {event: account.churned, within: 28d, gap: 7d}
dimensions: {habit: {weight: 2}, money: {weight: 1}}
metrics:
  logins: {dimension: habit, value: 'count(login[14d])', curve: {0: 0, 10: 100}}
  spend: {dimension: money, value: 'sum(order.paid[28d], value)', curve: {0: 0, 200: 100}}
  noise: {value: 'count(noise[14d])'}
bands: {red: {from: 0}, yellow: {from: 40}, green: {from: 70}}
"""


def mapping(source="app", accounts="defines"):
    return f"""kenko: 1
source: {source}
accounts: {accounts}
known_at: {{column: known}}
rules:
  rows:
    event: {{column: what}}
    account: customer
    time: at
    id: id
    value: amount
"""


HEADER = "what,at,customer,id,amount,known\n"


def day(number):
    return FIRST + datetime.timedelta(days=number)


def company_rows(rng, accounts, days, churn=0.002, keep=lambda what, at: True, change=lambda what, at, rate: rate,
                 only=None):
    """rng: all that is random.  keep: an event of that day reaches us.  change: its daily rate.  only: these events."""
    out = []
    for number in range(accounts):
        account, level, warned = f"a{number:03}", math.exp(rng.gauss(0, 0.3)), 40
        leaves = min(days, int(rng.expovariate(churn)) + warned) if churn else days
        for at in range(leaves):
            eager = 0.15 if leaves < days and leaves - at <= warned else 1
            rates = (("login", 0.5 * level * eager), ("order.paid", 0.2 * level), ("noise", 0.3 * level))
            for what, rate in rates:
                if rng.random() >= min(1, change(what, at, rate)):
                    continue
                amount = rng.randint(10, 60) if what == "order.paid" else ""
                if keep(what, at) and (only is None or what in only):
                    out.append(f"{what},{day(at)}T10:00:00Z,{account},{what}-{account}-{at},{amount},"
                               f"{day(at)}T11:00:00Z\n")
        if leaves < days and (only is None or "account.churned" in only):
            out.append(f"account.churned,{day(leaves)}T10:00:00Z,{account},c-{account},,{day(leaves)}T11:00:00Z\n")
    return HEADER + "".join(out)
