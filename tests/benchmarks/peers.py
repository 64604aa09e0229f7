"""Other ways to find a voter, given the same roll and the same keys: LIKE, OpenLDAP's slapd, Django admin's search.

And the limit of what a search on its index could be: one range of it, without tiers, filters or ranking. Each is a
function from a text to the numbers of the voters it finds, fifty at most. The directory needs what neither program nor
tests do: `.ci/system-packages peers`. Where it is missing it is left out, and `missing` says so.
"""

import base64
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select

from helpdesk.domain.folding import fold
from helpdesk.store.engine import Store
from helpdesk.store.schema import address, voter
from helpdesk.store.search.plan import END

Find = Callable[[str], list[str]]
LIMIT = 50
SLAPD = Path("/usr/sbin/slapd")
_DEBIAN_MODULES = "/usr/lib/python3/dist-packages"
_CONFIGURATION = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
sizelimit {limit}
database mdb
suffix "o=roll"
directory {folder}
maxsize 17179869184
index objectClass eq
index mail,cn eq,sub,subinitial
index employeeNumber,departmentNumber eq,subinitial
"""


def like(store: Store) -> Find:
    """A substring of an address by LIKE, unranked: what a search without an index costs."""

    def find(text: str) -> list[str]:
        joined = address.join(voter, voter.c.id == address.c.voter_id)
        query = select(voter.c.number).select_from(joined).where(address.c.folded.contains(fold(text))).limit(LIMIT)
        with store.read() as connection:
            return list(connection.scalars(query))

    return find


@contextmanager
def bare_index(store: Store) -> Iterator[Find]:
    """One range of the search index by the bare driver, and the voters it leads to with their addresses."""
    mark = "%s" if store.keeps_logins else "?"
    hits = f"SELECT DISTINCT voter_id FROM search_key WHERE key >= {mark} AND key < {mark} LIMIT {LIMIT}"
    query = (
        "SELECT voter.number, voter.first_name, voter.family_name, voter.usage_name, address.address, address.tied"
        f" FROM ({hits}) AS hit JOIN voter ON voter.id = hit.voter_id JOIN address ON address.voter_id = voter.id"
    )
    with store.read() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None

        def find(text: str) -> list[str]:
            low = fold(text)
            return list(dict.fromkeys(row[0] for row in driver.execute(query, (low, low + END)).fetchall()))

        yield find


@contextmanager
def slapd(roll: Path) -> Iterator[tuple[Find, int]]:
    """A directory with sub and initial indexes over mail and cn, and the id of its process."""
    ldap = _ldap()
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-slapd-"))
    try:
        (folder / "data").mkdir()
        (folder / "slapd.conf").write_text(_CONFIGURATION.format(limit=LIMIT, folder=folder / "data"))
        _write_ldif(roll, folder / "roll.ldif")
        load = ["/usr/sbin/slapadd", "-q", "-f", folder / "slapd.conf", "-l", folder / "roll.ldif"]
        subprocess.run(load, check=True, capture_output=True)
        url = f"ldapi://{str(folder / 'socket').replace('/', '%2F')}"
        with subprocess.Popen(
            [SLAPD, "-f", folder / "slapd.conf", "-h", url, "-d", "0"], stderr=subprocess.DEVNULL
        ) as server:
            try:
                yield _asking(ldap, url), server.pid
            finally:
                server.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _asking(ldap: Any, url: str) -> Find:
    connection = ldap.initialize(url)
    for _attempt in range(200):
        try:
            connection.simple_bind_s()
            break
        except ldap.SERVER_DOWN:
            time.sleep(0.05)

    def find(text: str) -> list[str]:
        asked = "".join(f"\\{ord(each):02x}" if each in "*()\\\0" else each for each in text)
        words = "".join(f"(cn=*{word}*)" for word in asked.split())
        sought = f"(|(mail=*{asked}*)(&{words})(employeeNumber={asked}*)(departmentNumber={asked}*))"
        found: list[tuple[str, dict[str, list[bytes]]]] = []
        wanted = ["employeeNumber", "cn", "mail", "departmentNumber"]
        message = connection.search_ext("o=roll", ldap.SCOPE_ONELEVEL, sought, wanted, sizelimit=LIMIT)
        try:
            while True:
                kind, rows = connection.result(message, all=0)
                if kind == ldap.RES_SEARCH_RESULT:
                    break
                found += rows
        except ldap.SIZELIMIT_EXCEEDED:
            pass
        return [row["employeeNumber"][0].decode() for _name, row in found]

    return find


def _ldap() -> Any:
    """Debian's python3-ldap, which a virtual environment does not see by itself."""
    sys.path.append(_DEBIAN_MODULES)
    try:
        import ldap  # noqa: PLC0415
    finally:
        sys.path.remove(_DEBIAN_MODULES)
    return ldap


def _write_ldif(roll: Path, path: Path) -> None:
    with roll.open(encoding="utf-8-sig", newline="") as file, path.open("w", encoding="ascii") as out:
        out.write("dn: o=roll\nobjectClass: organization\no: roll\n\n")
        for row in csv.DictReader(file, delimiter=";"):
            number = row["id_electeur"]
            names = {f"{row['prenom']} {name}" for name in (row["nom_famille"], row["nom_usage"]) if name}
            lines = [("sn", row["nom_famille"]), ("employeeNumber", number), ("departmentNumber", row["uai"])]
            lines += [("cn", fold(name)) for name in sorted(names)]
            lines += [
                ("mail", fold(each)) for each in (row["mel_identifiant"], *row["mel_secondaires"].split("|")) if each
            ]
            out.write(f"dn: employeeNumber={number},o=roll\nobjectClass: inetOrgPerson\n")
            out.writelines(f"{name}:: {base64.b64encode(value.encode()).decode()}\n" for name, value in lines)
            out.write("\n")


def django_admin(store: Store) -> Find:
    """`ModelAdmin.get_search_results` over the program's own tables, the first fifty with their addresses."""
    import django  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415

    url = store.url
    connection = {"ENGINE": "django.db.backends.sqlite3", "NAME": url.database}
    if store.keeps_logins:
        connection = {
            "ENGINE": "django.db.backends.postgresql", "NAME": url.database, "USER": url.username,
            "HOST": url.host, "PORT": url.port,
        }  # fmt: skip
    apps = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.admin", "tests.benchmarks"]
    settings.configure(DATABASES={"default": connection}, INSTALLED_APPS=apps, USE_TZ=True)
    django.setup()
    from django.contrib.admin import AdminSite, ModelAdmin  # noqa: PLC0415
    from django.db import models  # noqa: PLC0415

    class Voter(models.Model):  # noqa: DJ008 (nobody prints one)
        """The table `voter`."""

        number, first_name, family_name, usage_name = (models.TextField() for _ in range(4))

        class Meta:
            """Where it is."""

            app_label, managed, db_table = "benchmarks", False, "voter"

    class Address(models.Model):  # noqa: DJ008
        """The table `address`."""

        voter = models.ForeignKey(Voter, models.CASCADE, related_name="addresses")
        address = models.TextField()

        class Meta:
            """Where it is."""

            app_label, managed, db_table = "benchmarks", False, "address"

    class VoterAdmin(ModelAdmin):
        """What an administrator would write."""

        search_fields = ("number", "first_name", "family_name", "usage_name", "addresses__address")

    admin = VoterAdmin(Voter, AdminSite())

    def find(text: str) -> list[str]:
        found, _may_repeat = admin.get_search_results(None, Voter.objects.order_by("pk"), text)
        return [each.number for each in found.prefetch_related("addresses")[:LIMIT]]

    return find


def missing() -> dict[str, str]:
    """The peers that cannot run here, and what they lack."""
    lacking = {}
    try:
        _ldap()
    except ImportError:
        lacking["slapd"] = ".ci/system-packages peers"
    if not os.access(SLAPD, os.X_OK):
        lacking["slapd"] = ".ci/system-packages peers"
    return lacking
