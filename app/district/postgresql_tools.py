"""PostgreSQL's own pg_dump and pg_restore, called with the address in the environment, never on the command line."""

import os
import shutil
import subprocess  # nosec B404  # two tools of PostgreSQL, see _run
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",  # nosec B105  # the name of a variable
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


class ToolFailed(RuntimeError):
    """The tool is missing, too old, or said no; the sentence says which."""


def dump(url: str, target: Path) -> None:
    """The whole database at `url` as one file in PostgreSQL's custom format, read back to its list of contents."""
    _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
    listed = _run("pg_restore", url, "--list", str(target))
    if "TABLE DATA" not in listed:
        raise ToolFailed("pg_restore 在备份里没有读到数据。")


def restore(url: str, source: Path) -> None:
    """Fill the empty database at `url` in one transaction.  Raises ToolFailed when it is not empty."""
    with psycopg.connect(plain(url)) as connection:
        count = connection.execute(
            "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname = current_schema() and c.relkind in ('r', 'p')"
        ).fetchone()
    if count is None or count[0]:
        raise ToolFailed("这个数据库里已有表。只能恢复到空数据库，没有做任何更改。")
    database = conninfo_to_dict(plain(url)).get("dbname")
    options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    _run("pg_restore", url, *options, f"--dbname={database}", str(source))


def plain(url: str) -> str:
    """The address as PostgreSQL's own tools write it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _run(tool: str, url: str, *options: str) -> str:
    found = shutil.which(tool)
    if found is None:
        raise ToolFailed(f"这台机器上没有 {tool}，请安装与数据库同一版本的 PostgreSQL 客户端工具。")
    told = conninfo_to_dict(plain(url))
    address = {_VARIABLES[name]: str(value) for name, value in told.items() if name in _VARIABLES}
    # The tool is found on the PATH of whoever runs the server, and nothing typed on a page reaches its options.
    done = subprocess.run(  # noqa: S603  # nosec B603
        [found, *options], env={**os.environ, **address}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if "mismatch" in line or "error" in line), "")
        raise ToolFailed(f"{tool} 没有完成（{said.strip()[:200]}）。它的版本不能低于数据库的版本。")
    return done.stdout
