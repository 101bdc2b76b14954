"""Users of an open desk: added, given a role, a new password, removed; each change is in the audit chain."""

import secrets
from contextlib import suppress

from sqlalchemy import Connection, select, update

from app.commands.desk import Desk
from app.security.attempts import Attempts
from app.security.authorize import HEAD, covers
from app.security.keyslots import KeyFileError, KeySlots, WrongPassword
from app.security.passwords import PasswordPolicy, first_password, password_problems
from app.security.slots import DEK_BYTES
from app.store import accounts, audit
from app.store.accounts import Account, AccountRefused
from app.store.blob_roots import BlobRoots, add_root
from app.store.database import Watch, salt_of
from app.store.errors import StorageError
from app.store.rekeying import change_key
from app.store.tables import install

LONGEST_NAME = 40


class DeskAccounts:
    """What the window and the commands do with users; whoever changes anything gives their own password again.

    Every method but `users` may raise NotAllowed, AccountRefused, WrongPassword, LockedOut, StorageError, OSError.
    """

    def __init__(self, desk: Desk, *, can_switch: bool = False) -> None:
        self._desk = desk
        self.can_switch = can_switch

    @property
    def account(self) -> Account:
        """Who is signed in."""
        return self._desk.account

    @property
    def policy(self) -> PasswordPolicy:
        """What a password has to be here."""
        with self._desk.database.read() as connection:
            return accounts.read_policy(connection)

    def users(self) -> list[Account]:
        """Everybody, leavers last.  Raises NotAllowed, StorageError."""
        self._desk.access.require("see_users")
        with self._desk.database.read() as connection:
            return sorted(accounts.listed(connection), key=lambda each: not each.active)

    def add(self, name: str, role: str, *, own_password: str) -> str:
        """A new user; answers the password for their first sign-in, which is shown once.

        A role of "" leaves it to somebody who gives roles.
        """
        name = name.strip()
        self._desk.access.require("manage_users")
        if role:
            self._desk.access.require("give_roles")
        before = self._of_name(name)
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise AccountRefused(f"请填写用户名，最多 {LONGEST_NAME} 个字。")
        if before is not None and before.active:
            raise AccountRefused(f"已有用户“{name}”，没有添加。重名的请加上区别，如“{name}2”。")
        with self._desk.keys:
            slots, dek = self._opened(own_password)
            first = first_password()
            slots.set_password(name, first, dek)
            try:
                with self._desk.database.write() as connection:
                    actor, now = self._desk.user, self._desk.clock()
                    accounts.add(connection, name, role, by=actor, now=now)
                    audit.append(connection, self._entry("add user", name, role))
            except StorageError:
                with suppress(KeyFileError, OSError):
                    slots.remove_user(name)
                raise
        return first

    def reset(self, name: str, *, own_password: str) -> str:
        """A new password for one sign-in, for somebody who forgot theirs; answers it.

        Only for a user who may do no more than who resets: nobody gets further by a password of their own making.
        """
        self._desk.access.require("manage_users")
        account = self._active(name)
        if account.name == self._desk.user:
            raise AccountRefused("自己的口令请用“修改口令”来换，没有改动。")
        if not covers(self._desk.account.role, account.role):
            raise AccountRefused(
                f"“{name}”的权限比您大，您不能重设其口令，没有改动。请其用恢复码打开，或找站长。"
            )
        with self._desk.keys:
            slots, dek = self._opened(own_password)
            first = first_password()
            slots.set_password(name, first, dek)
        Attempts(self._desk.folder, self._desk.clock).succeeded(name)
        with self._desk.database.write() as connection:
            accounts.password_set(connection, name, self._desk.clock(), must_change=True)
            audit.append(connection, self._entry("reset password", name))
        return first

    def remove(self, name: str, *, own_password: str) -> None:
        """A leaver: their slot is closed; records, drafts and what is unsent stay.

        The file's key is still the one they had until `change_key`, which is due from then on.
        """
        self._desk.access.require("manage_users")
        account = self._active(name)
        self._check_heads(account, "")
        with self._desk.keys:
            slots, _ = self._opened(own_password)
            with self._desk.database.write() as connection:
                accounts.retire(connection, name)
                connection.execute(update(install).values(rekey_due=True))
                audit.append(connection, self._entry("remove user", name))
            if name in slots.users():
                slots.remove_user(name)

    def key_change_due(self) -> bool:
        """Whether somebody left since the file was given its key.  Raises NotAllowed, StorageError."""
        self._desk.access.require("see_users")
        with self._desk.database.read() as connection:
            return bool(connection.execute(select(install.c.rekey_due)).scalar())

    def change_key(self, *, own_password: str, watch: Watch | None = None) -> str:
        """Give the file a new key, which copies taken away before do not open; everybody keeps their password.

        Answers a recovery code to print where the present one cannot go on, else "".  `watch` is told the bytes
        copied and the bytes there are.  Backups made before still open with the passwords of their time.
        """
        self._desk.access.require("change_key")
        database = self._desk.database
        with self._desk.keys:
            slots, dek = self._opened(own_password)
            roots = BlobRoots(database)()
            new = secrets.token_bytes(DEK_BYTES)

            def prepare(connection: Connection) -> None:
                add_root(connection, roots)
                connection.execute(update(install).values(rekey_due=False))
                audit.append(connection, self._key_entry())

            try:
                code = slots.begin_change(dek, new, salt_of(new))
                change_key(database, new, prepare, watch)
            finally:
                slots.settle()
        return code

    def give_role(self, name: str, role: str, *, own_password: str) -> None:
        """Another role, from the user's next sign-in on."""
        self._desk.access.require("give_roles")
        account = self._active(name)
        self._check_heads(account, role)
        self._opened(own_password)
        with self._desk.database.write() as connection:
            accounts.give_role(connection, name, role)
            audit.append(connection, self._entry("give role", name, f"{account.role} {role}".strip()))

    def change_password(self, old: str, new: str) -> None:
        """The user's own, on their own wish or after a first password."""
        problems = password_problems(
            new, names=(self._desk.user, self._desk.station.name), policy=self.policy
        )
        if problems:
            raise AccountRefused(problems[0])
        if new == old:
            raise AccountRefused("新口令和原来的一样，没有改动。请换一个。")
        with self._desk.keys:
            slots, dek = self._opened(old)
            slots.set_password(self._desk.user, new, dek)
        with self._desk.database.write() as connection:
            accounts.password_set(connection, self._desk.user, self._desk.clock(), must_change=False)
            audit.append(connection, self._entry("change password", self._desk.user))
            changed = accounts.of_name(connection, self._desk.user)
        assert changed is not None
        self._desk.account = changed

    def check(self, password: str) -> None:
        """Whether it is really this user who unlocks the window again."""
        self._opened(password)
        self._desk.access.note("unlock")

    def locked(self) -> None:
        """Note that the window locked itself, or was locked."""
        self._desk.access.note("lock")

    def _opened(self, password: str) -> tuple[KeySlots, bytes]:
        desk = self._desk
        attempts = Attempts(desk.folder, desk.clock)
        attempts.check(desk.user)
        slots = KeySlots.open(desk.folder)
        try:
            dek = slots.unlock(desk.user, password)
        except WrongPassword:
            attempts.failed(desk.user)
            with suppress(StorageError):
                desk.access.note("wrong password")
            raise
        attempts.succeeded(desk.user)
        return slots, dek

    def _of_name(self, name: str) -> Account | None:
        with self._desk.database.read() as connection:
            return accounts.of_name(connection, name)

    def _active(self, name: str) -> Account:
        account = self._of_name(name)
        if account is None or not account.active:
            raise AccountRefused(f"没有在用的用户“{name}”，没有改动。请核对用户名。")
        return account

    def _check_heads(self, account: Account, role: str) -> None:
        """Nobody locks themselves out, and a station keeps somebody who answers for it."""
        if account.name == self._desk.user:
            raise AccountRefused("不能停用自己，也不能改自己的角色，没有改动。请由另一位站长来办。")
        with self._desk.database.read() as connection:
            heads = [each.name for each in accounts.listed(connection) if each.active and each.role == HEAD]
        if heads == [account.name] and role != HEAD:
            raise AccountRefused("本站至少要留一位站长，没有改动。请先添加另一位站长。")

    def _key_entry(self) -> audit.Entry:
        desk = self._desk
        return audit.Entry(desk.clock(), desk.user, desk.station.device_id, "change key", "desk")

    def _entry(self, action: str, name: str, detail: str = "") -> audit.Entry:
        desk = self._desk
        return audit.Entry(desk.clock(), desk.user, desk.station.device_id, action, f"user/{name}", detail)
