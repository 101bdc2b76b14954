"""Roles in words."""

from PySide6.QtCore import QCoreApplication

from app.security.authorize import matrix
from app.ui.words import label


def role_text(role: str) -> str:
    """`调解员`; a sentence of two words for none given yet."""
    title = matrix().roles.get(role)
    return label(title) if title else QCoreApplication.translate("roles", "没有角色")
