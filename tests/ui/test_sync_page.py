"""同步 counts what waits, shows what came back, and starts sending."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot
from uuid_utils import uuid7

from app.models.registry import RECORD_TYPES
from app.sync.loop import SyncLoop
from app.sync.outcome import Outcome
from app.sync.protocol import NoAnswer, Verdict
from app.sync.service import Identity, Push
from app.sync.backoff import Backoff
from app.ui.record_line import RecordLine
from app.ui.services import DeskServices
from app.ui.sync_news import DeskSync, SyncNews
from app.ui.sync_page import SyncPage
from tests.samples import SAMPLES
