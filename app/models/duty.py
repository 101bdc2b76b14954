"""What has to be done about a record by a day (到期事项)."""

from enum import StrEnum


class Duty(StrEnum):
    """The kinds of duty the home page lists."""

    FINISH_VISIT = "finish_visit"
    CLEAR_FINDING = "clear_finding"
    SETTLE = "settle"
    PERFORM = "perform"
    CONFIRM = "confirm"
    COURT_ACCEPTS = "court_accepts"
    COURT_DECIDES = "court_decides"
    VISIT_BACK = "visit_back"
    SCREEN = "screen"
    ANSWER = "answer"
    SIGN_FOR = "sign_for"
    FEED_BACK = "feed_back"
    AWAIT_FEEDBACK = "await_feedback"
    CONFIRM_FEEDBACK = "confirm_feedback"
    CHOOSE_COMMITTEE = "choose_committee"
