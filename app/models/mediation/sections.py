"""The order of a mediation case on the form: the order of the paper and of the work."""

from app.models.record_type import Section

SECTIONS = (
    Section(
        "受理",
        (
            "accepted_on",
            "source",
            "apply_manner",
            "dispute_type",
            "title",
            "occurred_on",
            "place",
            "registrar",
            "bar",
            "earlier_number",
        ),
    ),
    Section("当事人", ("parties",)),
    Section("纠纷情况", ("facts", "claims", "amount", "people", "difficulty", "special")),
    Section("风险", ("risk", "measures", "reported_to", "reported_on"), folded=True),
    Section("移交与反馈", ("referrals",), folded=True),
    Section(
        "同意与告知", ("consent", "notice_on", "told_manner", "joint_with", "extended_to", "extension_agreed")
    ),
    Section("调查与证据", ("investigations", "evidence"), folded=True),
    Section(
        "调解",
        (
            "mediators",
            "sessions",
            "result",
            "result_on",
            "advised",
            "advised_on",
            "prevented",
            "prevented_people",
        ),
    ),
    Section(
        "调解协议",
        (
            "disputed",
            "liability",
            "clauses",
            "obligations",
            "agreed_amount",
            "written_asked",
            "breach",
            "performance",
            "performance_due",
            "performance_manner",
            "performance_place",
            "agreed_on",
            "recorder",
            "sealed_on",
            "performance_status",
        ),
    ),
    Section(
        "司法确认",
        ("confirm_joint", "confirm_on", "court", "court_accepted_on", "court_decision", "court_decided_on"),
        folded=True,
    ),
    Section("回访", ("follow_ups",), folded=True),
    Section(
        "归档",
        ("archived_on", "filed_by", "checked_by", "retention", "dossier_note", "archive_notes"),
        folded=True,
    ),
    Section("备注", ("notes",), folded=True),
)
