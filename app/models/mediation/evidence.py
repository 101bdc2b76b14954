"""Evidence of a mediation case (人民调解证据材料, document 8 of the set of 司发通〔2010〕239号)."""

from datetime import date

from sqlalchemy.orm import Mapped

from app.models import fields
from app.models.attached_file import AttachedFile
from app.models.base import Row, owner
from app.models.fields import Search


class Evidence(Row):
    """证据材料: one piece of evidence, who gave it, and its scans, photographs or recordings."""

    __tablename__ = "mediation_evidence"

    case_id: Mapped[str] = owner("mediation_case")
    title: Mapped[str | None] = fields.text("名称", required=True, max_length=120, search=Search.TEXT)
    provider: Mapped[str | None] = fields.text("提供人", max_length=80, search=Search.NAME)
    form: Mapped[str | None] = fields.choice("原件或复印件", "evidence_form")
    submitted_on: Mapped[date | None] = fields.day("提交日期", default="today")
    copies: Mapped[int | None] = fields.integer("份数", minimum=1, default=1)
    pages: Mapped[int | None] = fields.integer("页数", minimum=1)
    note: Mapped[str | None] = fields.text("说明", max_length=300, search=Search.TEXT)
    files: Mapped[list[AttachedFile] | None] = fields.files("文件", maximum=60)
