"""枫桥工作台: composition root and command line."""

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import closing

from app.commands.parser import build_parser
from app.security.dumps import write_no_dumps
from app.settings import default_data_folder


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command, or open the desk; answers the exit code.

    Every refusal is one sentence on standard error and exit code 2.
    """
    arguments = build_parser().parse_args(argv)
    arguments.data = arguments.data or default_data_folder()
    write_no_dumps()
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return 130
    except Exception as failure:
        if not _is_refusal(failure):
            raise
        print(failure, file=sys.stderr)
        return 2


def _run(arguments: Namespace) -> int:
    # Imported only for the command that needs it: a list over ssh has no use for Qt.
    if arguments.command is None:
        from app.commands.stage import open_window

        return open_window(arguments.data)
    if arguments.command == "demo":
        from app.commands.demo import demo

        return demo(arguments.folder, offscreen=arguments.offscreen)
    if arguments.command == "bench":
        from app.commands.bench import bench

        return bench(arguments.only, small=arguments.small)
    if arguments.command in ("backups", "restore"):
        from app.commands.backups import beside_the_desk

        return beside_the_desk(arguments)
    if arguments.command in ("district", "recover-with-district-key"):
        from app.commands import district, district_recovery

        serving = arguments.command == "district"
        run = district.district if serving else district_recovery.recover_with_district_key
        return run(arguments)
    return _with_desk(arguments)


def _with_desk(arguments: Namespace) -> int:
    from app.commands import backups, desk_stick, exporting, figures, records, upkeep, users
    from app.commands.sign_in import signed_in

    commands: dict[str, Callable[[], int]] = {
        "import": lambda: records.import_file(desk, arguments),
        "list": lambda: records.list_records(desk, arguments),
        "show": lambda: records.show_record(desk, arguments),
        "export": lambda: exporting.export_list(desk, arguments),
        "figures": lambda: figures.show_figures(desk, arguments),
        "print": lambda: records.print_document(desk, arguments),
        "sync": lambda: upkeep.send(desk),
        "reconcile": lambda: upkeep.reconcile(desk),
        "become-another": lambda: upkeep.become_another(desk, yes=arguments.yes),
        "stick-out": lambda: desk_stick.stick_out(desk, arguments),
        "stick-in": lambda: desk_stick.stick_in(desk, arguments),
        "verify": lambda: records.check_paper(desk, arguments) if arguments.paper else upkeep.check(desk),
        "backup": lambda: backups.make_backup(desk, arguments),
        "users": lambda: users.list_users(desk),
        "add-user": lambda: users.add_user(desk, arguments),
        "remove-user": lambda: users.remove_user(desk, arguments),
        "reset-password": lambda: users.reset_password(desk, arguments),
        "change-key": lambda: users.change_key(desk, arguments),
        "set-role": lambda: users.set_role(desk, arguments),
        "change-password": lambda: users.change_password(desk, arguments),
    }
    with closing(signed_in(arguments.data, arguments)) as desk:
        return commands[arguments.command]()


def _is_refusal(failure: Exception) -> bool:
    """Whether the exception is a sentence for the user rather than a fault of the program."""
    return isinstance(failure, OSError) or type(failure).__module__.startswith("app.")


if __name__ == "__main__":
    sys.exit(main())
