"""The process that answers one question in SQL; run by path, without the platform, and killed when its time is over.

It is told by one line of JSON what to answer: the tables with their files and columns, the question, the limits. Only
one SELECT is taken. DuckDB is closed before it sees the question: no files but those of the tables, no extensions, no
settings. The operating system limits memory, files and time besides. The answer is one line of JSON.
"""

import json
import os
import resource
import sys
from typing import Any

READS = ("SELECT", "EXPLAIN")


def main() -> None:
    """Answer the question on the standard input."""
    order = json.loads(sys.stdin.readline())
    limit_process(order)
    import duckdb

    try:
        answer = ask(duckdb, order)
    except duckdb.Error as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    except MemoryError:
        answer = {"error": "OutOfMemoryException", "message": ""}
    json.dump(answer, sys.stdout, ensure_ascii=False, allow_nan=False)
    sys.stdout.flush()
    os._exit(0)


def limit_process(order: dict[str, Any]) -> None:
    """Let the operating system hold the process to its limits."""
    seconds = int(order["seconds"]) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file at all
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))


def ask(duckdb: Any, order: dict[str, Any]) -> dict[str, Any]:
    """Return the rows of one SELECT."""
    connection = duckdb.connect()
    for setting in (
        "threads = 1",
        f"memory_limit = '{int(order['memory_mb'])}MB'",
        "temp_directory = ''",
        "TimeZone = 'Europe/Bucharest'",
        "enable_geoparquet_conversion = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "allow_community_extensions = false",
        "python_enable_replacements = false",
        "python_scan_all_frames = false",
        f"allowed_paths = {quoted_list([table['file'] for table in order['tables']])}",
    ):
        connection.execute(f"SET {setting}")
    for table in order["tables"]:
        shown = ", ".join(named(column) for column in table["columns"])
        connection.execute(
            f"CREATE VIEW {named(table['name'])} AS SELECT {shown} FROM read_parquet({quoted(table['file'])})"  # noqa: S608
        )
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    statements = connection.extract_statements(order["sql"])
    if len(statements) != 1 or statements[0].type.name not in READS:
        return {"error": "NotASelect", "message": ""}
    relation = connection.execute(statements[0])
    if not relation.description:
        return {"error": "NotASelect", "message": ""}
    columns = [(str(one[0]), str(one[1])) for one in relation.description]
    most = int(order["rows"])
    rows = relation.fetchmany(most + 1)
    found: list[list[Any]] = []
    room = int(order["bytes"])
    for row in rows[:most]:
        cells = [plain(value) for value in row]
        room -= sum(len(str(cell)) for cell in cells) + 16
        if room < 0:
            break
        found.append(cells)
    return {"columns": columns, "rows": found, "is_more": len(found) < len(rows)}


def plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"[{len(value)} B]"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def named(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def quoted(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def quoted_list(texts: list[str]) -> str:
    """Return texts as SQL writes a list of them."""
    return "[" + ", ".join(map(quoted, texts)) + "]"


if __name__ == "__main__":
    main()
