"""The portal for any WSGI server: `helpdesk.wsgi:application`, with settings from file and environment.

Every process needs the same key: it comes from HELPDESK_PORTAL_KEY_FILE or the keyring, and without one the server
does not start.
"""

from helpdesk.bootstrap import open_program, portal_key
from helpdesk.cli.log import keep_log
from helpdesk.cli.portal import portal_app
from helpdesk.config import load_settings

_settings = load_settings()
_program = open_program(_settings)
keep_log(_settings, service="portal")
application = portal_app(_program, key=portal_key(_program))
