"""What a page or dialog needs while somebody is logged in."""

from dataclasses import dataclass, field
from datetime import datetime

from helpdesk.desk.bugs import BugReporter
from helpdesk.desk.context import DeskContext
from helpdesk.desk.long_job import LongJobs
from helpdesk.desk.tasks import TaskRunner
from helpdesk.domain.calendar import Election
from helpdesk.domain.roles import Operator
from helpdesk.services import Services


@dataclass(frozen=True, slots=True)
class Session:
    """One operator's work: who, on which election, and the way to work in the background."""

    context: DeskContext
    tasks: TaskRunner
    bugs: BugReporter
    operator: Operator
    election: Election
    long_jobs: LongJobs = field(default_factory=LongJobs)

    @property
    def services(self) -> Services:
        """What the program can do; to be called in background jobs only."""
        return self.context.services

    @property
    def zone(self) -> str:
        """The zone that times are shown in, an IANA name."""
        return self.election.zone

    def now(self) -> datetime:
        """The time, in UTC."""
        return self.context.clock()
