"""Azure SQL and MySQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_azfunc import Host
from tests.app.delivery_rules.queues import RETRIES
from tests.app.delivery_rules.rule import ALWAYS, F, Rule, Step, advance, drain, fixed, restart, start, stop

MONITOR = "Azure/azure-functions-sql-extension@04e1e8b src/TriggerBinding/SqlTableChangeMonitor.cs"
MYSQL_MONITOR = "Azure/azure-functions-mysql-extension@02b5be3 src/TriggersBinding/MySqlTableChangeMonitor.cs"
TRACKING = "https://learn.microsoft.com/sql/relational-databases/system-functions/changetable-transact-sql"

TRIGGER: dict[str, Any] = {"type": "sqlTrigger", "tableName": "dbo.T", "connectionStringSetting": "Sql"}
MYSQL: dict[str, Any] = {"type": "mysqlTrigger", "tableName": "T", "connectionStringSetting": "Sql"}


def upsert(*ids: int, **columns: Any) -> Step:
    def step(host: Host) -> None:
        for id in ids:
            host.sql("dbo.T").upsert({"id": id, **columns})

    return step


def upsert_mysql(*ids: int) -> Step:
    def step(host: Host) -> None:
        for id in ids:
            host.mysql("T").upsert({"id": id})

    return step


def delete(id: int) -> Step:
    return lambda host: host.sql("dbo.T").delete(id)


RULES: Sequence[Rule] = [
    Rule(
        "sql: what has changed is told once",
        {"F": F(TRIGGER)},
        [upsert(1, 2), drain, drain, restart, drain],
        ["0:00:00 F - I1,I2"],
        MONITOR,
    ),
    Rule(
        "sql: of a row the latest change since the function heard of it",
        {"F": F(TRIGGER)},
        [upsert(1, 2), upsert(1, n=1), drain, upsert(2, n=1), drain, delete(1), drain, upsert(1), drain],
        ["0:00:00 F - I2,I1", "0:00:00 F - U2", "0:00:00 F - D1", "0:00:00 F - I1"],
        TRACKING,
    ),
    Rule(
        "sql: a batch has at most maxBatchSize changes",
        {"F": F(TRIGGER)},
        [upsert(1, 2, 3), drain],
        ["0:00:00 F - I1,I2", "0:00:00 F - I3"],
        MONITOR,
        extensions={"Sql": {"MaxBatchSize": 2}},
    ),
    Rule(
        "sql: a batch that fails comes again when its lease of a minute is over, five times in all",
        {"F": F(TRIGGER, fails=ALWAYS)},
        [upsert(1, 2), drain, advance(hours=1)],
        [f"0:0{minute}:00 F - I1,I2" for minute in range(5)],
        MONITOR,
        {"due": []},
    ),
    Rule(
        "sql: meanwhile other changes are told",
        {"F": F(TRIGGER, fails="I1")},
        [upsert(1), drain, upsert(2), drain, advance(minutes=1, seconds=1), upsert(3), drain],
        ["0:00:00 F - I1", "0:00:00 F - I2", "0:01:00 F - I1", "0:01:01 F - I3"],
        MONITOR,
    ),
    Rule(
        "sql: a change of a row that is leased waits for the lease, and is told as the latest",
        {"F": F(TRIGGER, fails=1)},
        [upsert(1), drain, upsert(1, n=1), upsert(2), drain, advance(hours=1)],
        ["0:00:00 F - I1", "0:00:00 F - I2", "0:01:00 F - I1"],
        MONITOR,
    ),
    Rule(
        "sql: rows whose leases end together are one batch, with what is new",
        {"F": F(TRIGGER, fails=2)},
        [upsert(1), drain, upsert(2), drain, advance(seconds=59), upsert(3), advance(hours=1)],
        ["0:00:00 F - I1", "0:00:00 F - I2", "0:00:59 F - I3", "0:01:00 F - I1,I2"],
        MONITOR,
    ),
    Rule(
        "sql: a row that was given up is told no more",
        {"F": F(TRIGGER, fails=5)},
        [upsert(1), advance(hours=1), upsert(1, n=1), drain],
        [f"0:0{minute}:00 F - I1" for minute in range(5)],
        MONITOR,
    ),
    Rule(
        "sql: unless later changes were told, and it changes once more",
        {"F": F(TRIGGER, fails=5)},
        [upsert(1), advance(hours=1), upsert(1, n=1), upsert(2), drain, upsert(1, n=2), drain],
        [*(f"0:0{minute}:00 F - I1" for minute in range(5)), "1:00:00 F - I2", "1:00:00 F - U1"],
        MONITOR,
    ),
    Rule(
        "sql: each function has its own leases",
        {"F": F(TRIGGER, fails=1), "G": F(TRIGGER)},
        [upsert(1), drain, advance(hours=1)],
        ["0:00:00 F - I1", "0:00:00 G - I1", "0:01:00 F - I1"],
        MONITOR,
    ),
    Rule(
        "sql: a retry policy is carried out within one lease, and other changes wait",
        {"F": F(TRIGGER, fails=2, retry=fixed(1))},
        [upsert(1), drain, upsert(2), drain, advance(hours=1)],
        ["0:00:00 F - I1", "0:00:10 F - I1 retry 1", "0:00:10 F - I2", "0:01:10 F - I1"],
        RETRIES,
    ),
    Rule(
        "sql: after a host has stopped the lease goes on for its minute",
        {"F": F(TRIGGER, fails=1, retry=fixed(5))},
        [upsert(1), drain, stop, start, drain, advance(hours=1)],
        ["0:00:00 F - I1", "0:01:00 F - I1"],
        MONITOR,
    ),
    Rule(
        "mysql: all changes are updates",
        {"F": F(MYSQL)},
        [upsert_mysql(1, 2), drain, upsert_mysql(1), drain],
        ["0:00:00 F - I1,I2", "0:00:00 F - I1"],  # 0 is an insert with Azure SQL
        MYSQL_MONITOR,
    ),
    Rule(
        "mysql: a batch that fails comes again after a minute, five times in all",
        {"F": F(MYSQL, fails=ALWAYS)},
        [upsert_mysql(1), drain, advance(hours=1)],
        [f"0:0{minute}:00 F - I1" for minute in range(5)],
        MYSQL_MONITOR,
        {"due": []},
    ),
]
