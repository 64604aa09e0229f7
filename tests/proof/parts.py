"""The parts of the proof: which module measures or tries what, and how long it may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A module that `python -m MODULE` runs as a process of its own, with PROOF=quick or full in its environment.

    It leaves its figures with `figures.write(name, …)` and exits with 0 unless something it promises failed. The times
    are seconds; past them it is stopped and counts as failed. A part with 0 quick seconds runs in the full form only.
    """

    name: str
    module: str
    about: str
    quick_seconds: int
    full_seconds: int

    @property
    def measures(self) -> bool:
        """True for benchmarks, which need the machine for themselves; trials count what goes wrong at any load."""
        return self.module.startswith("tests.benchmarks.")


PARTS: tuple[Part, ...] = (
    Part(
        "portal",
        "tests.benchmarks.portal",
        "Activations a second against bare argon2id, and whether POST /link tells known addresses by its time.",
        quick_seconds=180,
        full_seconds=900,
    ),
    Part(
        "many-desks",
        "tests.trials.many_desks",
        "Twenty desks, two mailers and a portal on one server that restarts, over connections that are cut.",
        quick_seconds=180,
        full_seconds=400,
    ),
    Part(
        "audit",
        "tests.benchmarks.audit",
        "Audited transactions a second with many writers; a row beside a bare INSERT, a proof beside bare SHA-256.",
        quick_seconds=150,
        full_seconds=180,
    ),
    Part(
        "hostile-search",
        "tests.trials.hostile_search",
        "Naughty strings, SQL and full-text syntax, and pastes of a megabyte in the search box.",
        quick_seconds=60,
        full_seconds=300,
    ),
    Part(
        "fuzz-rolls",
        "tests.trials.fuzz_rolls",
        "Roll files spoilt on their way, CSV and spreadsheets: a report or an import, never half of one.",
        quick_seconds=240,
        full_seconds=1000,
    ),
    Part(
        "import-kills",
        "tests.trials.import_kills",
        "Imports of rolls into a server, killed at random moments.",
        quick_seconds=240,
        full_seconds=900,
    ),
    Part(
        "disk",
        "tests.trials.disk",
        "Disks that fill up, become read-only, or come back with a damaged page.",
        quick_seconds=60,
        full_seconds=400,
    ),
    Part(
        "slow-disk",
        "tests.trials.slow_disk",
        "Desks on a disk that takes up to two seconds a flush: what is said to be done is, and searches go on.",
        quick_seconds=150,
        full_seconds=500,
    ),
    Part(
        "clocks",
        "tests.trials.clocks",
        "Clocks that leap forth and back, zones that change, the end of summer time, on both databases.",
        quick_seconds=120,
        full_seconds=900,
    ),
    Part(
        "accounts",
        "tests.trials.account_machine",
        "Random legal and illegal steps on accounts and links, on both databases, against a small model.",
        quick_seconds=180,
        full_seconds=900,
    ),
    Part(
        "kills",
        "tests.trials.kills",
        "kill -9 at random moments of import, upgrade, backup, agent, portal, mailer and the desk's window.",
        quick_seconds=180,
        full_seconds=1800,
    ),
    Part(
        "fuzz",
        "tests.trials.fuzz_commands",
        "Strange settings files, environment variables and command lines: an exit code and a sentence, no traceback.",
        quick_seconds=90,
        full_seconds=600,
    ),
    Part(
        "threats",
        "tests.trials.threats",
        "The threat model's claims, each held by its tests.",
        quick_seconds=300,
        full_seconds=500,
    ),
    Part(
        "mailer-kills",
        "tests.trials.mailer_kills",
        "kill -9 of the mailer as a process of its own, under load: nothing lost, one link for each mail.",
        quick_seconds=0,
        full_seconds=900,
    ),
    Part(
        "mail",
        "tests.benchmarks.mail",
        "Mails a second against bare smtplib; what a claim costs as the outbox grows; memory.",
        quick_seconds=0,
        full_seconds=900,
    ),
    Part(
        "coverage",
        "tests.trials.coverage",
        "Branches of the domain and the services that their tests reach.",
        quick_seconds=0,
        full_seconds=1200,
    ),
    Part(
        "mutation",
        "tests.trials.mutation",
        "Small changes to the domain's rules, and how many of them its tests notice.",
        quick_seconds=0,
        full_seconds=1800,
    ),
    Part(
        "desk",
        "tests.benchmarks.desk",
        "The desk's start, memory, keys and handlers beside a bare window.",
        quick_seconds=0,
        full_seconds=900,
    ),
    Part(
        "roll",
        "tests.benchmarks.roll",
        "A first import and an updated roll on both databases, beside a bare load of the same file.",
        quick_seconds=240,
        full_seconds=3600,
    ),
    Part(
        "search",
        "tests.benchmarks.search",
        "A key in the search box on both databases at 1.2 million voters, beside OpenLDAP, LIKE and Django.",
        quick_seconds=300,
        full_seconds=1800,
    ),
    Part(
        "growth",
        "tests.benchmarks.growth",
        "Search, import, every act and size on disk at 10,000, 100,000 and a million voters.",
        quick_seconds=0,
        full_seconds=900,
    ),
    Part(
        "bundle",
        "tests.benchmarks.bundle",
        "The size of the bundle, and its start beside the unfrozen one.",
        quick_seconds=0,
        full_seconds=600,
    ),
)
