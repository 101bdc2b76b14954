"""Where the rail leads, for the role of who is signed in: what they may not use is not offered."""

from PySide6.QtCore import QCoreApplication

from app.ui.navigation import Place
from app.ui.services import DeskServices

HOME, FIGURES, SYNC, BACKUP, USERS, AUDIT, PRIVACY = (
    "home",
    "figures",
    "sync",
    "backup",
    "users",
    "audit",
    "privacy",
)


def places() -> list[Place]:
    """Every page of the window, in the order of the rail."""
    return [
        Place(HOME, QCoreApplication.translate("MainWindow", "今日"), "today"),
        Place("mediation_case", QCoreApplication.translate("MainWindow", "矛盾调解"), "mediation"),
        Place("patrol_log", QCoreApplication.translate("MainWindow", "巡逻"), "patrol"),
        Place("service_visit", QCoreApplication.translate("MainWindow", "来访走访"), "visit"),
        Place("screening", QCoreApplication.translate("MainWindow", "排查"), "search"),
        Place("handover", QCoreApplication.translate("MainWindow", "移交"), "letter"),
        Place("resident", QCoreApplication.translate("MainWindow", "居民"), "resident"),
        Place(FIGURES, QCoreApplication.translate("MainWindow", "统计报表"), "figures"),
        Place(SYNC, QCoreApplication.translate("MainWindow", "同步"), "sync"),
        Place(BACKUP, QCoreApplication.translate("MainWindow", "备份"), "backup"),
        Place("committee", QCoreApplication.translate("MainWindow", "调委会"), "station"),
        Place(USERS, QCoreApplication.translate("MainWindow", "用户"), "organisation"),
        Place(PRIVACY, QCoreApplication.translate("MainWindow", "个人信息"), "lock"),
        Place(AUDIT, QCoreApplication.translate("MainWindow", "操作记录"), "history"),
    ]


def offered(services: DeskServices) -> list[Place]:
    """The pages this user may open."""
    return [
        place
        for place in places()
        if services.access.may_open(place.key)
        and (place.key != USERS or services.accounts is not None)
        and (place.key != PRIVACY or services.privacy is not None)
    ]
