"""Why a save was refused, as a sentence for whoever pressed the button."""

from app.models.problems import Problem, Severity
from app.store.reading import StoredRecord


class RefusedSave(Exception):
    """Nothing was written; the sentence says why and what to do."""


class Invalid(RefusedSave):
    """The values break a rule; `problems` says which, warnings included."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(next(p.message for p in problems if p.severity is Severity.ERROR))


class Stale(RefusedSave):
    """Somebody saved another revision since the form was opened."""

    def __init__(self, current: StoredRecord) -> None:
        self.current = current
        super().__init__(
            f"这条记录已由{current.changed_by}修改过。您填写的内容已保留为草稿，请核对后再保存。"
        )


class Voided(RefusedSave):
    """The record was voided; it can be read but not changed."""

    def __init__(self) -> None:
        super().__init__("这条记录已作废，不能再修改。")


class UnknownRecord(RefusedSave):
    """No such record in this file."""

    def __init__(self) -> None:
        super().__init__("没有找到这条记录。")


class MissingFile(RefusedSave):
    """An attached file was never stored, or was cleared away before its record was saved."""

    def __init__(self) -> None:
        super().__init__("有附件没有存进数据文件夹，还没有保存。请删去打不开的附件，重新添加后再按保存。")
