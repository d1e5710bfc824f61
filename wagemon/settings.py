"""Every setting of the platform, read once from the environment.

With ``DEBUG`` off a missing or malformed value raises ``ImproperlyConfigured`` at start: a
platform that holds other people's wages does not guess.
"""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import environ
from csp.constants import NONE, SELF
from kombu import Queue

from wagemon import embedded, environment, logs
from wagemon.environment import read

BASE_DIR = Path(__file__).resolve().parent.parent
#: Everything that is not in the repository and must outlive a restart.
VAR_DIR = read("WAGEMON_VAR", Path, "目录", default=BASE_DIR / "var").resolve()

embedded.load_secrets(VAR_DIR)

DEBUG = environment.flag("DEBUG")
#: The demo district: loopback only, clock and sign-in codes may be shown (design: "Demo").
DEMO = environment.flag("DEMO")
_production = not (DEBUG or DEMO)

SECRET_KEY = read(
    "SECRET_KEY", environment.strong_secret if _production else str, "50 个以上的随机字符"
)
#: Key ring of sealed fields, "id:hex,id:hex"; the first seals, all open (core.sealed).
SEAL_KEYS = read("SEAL_KEYS", str, "“编号:32位十六进制”，几个之间用逗号分隔")
INDEX_KEY = read("INDEX_KEY", str, "32 位以上的十六进制数字")
ALLOWED_HOSTS = read(
    "ALLOWED_HOSTS",
    environment.several(environment.host),
    "对外域名，几个之间用逗号分隔，不可用 *",
    default=None if _production else ["127.0.0.1", "localhost"],
)
_web = environment.address("https", "http")
CSRF_TRUSTED_ORIGINS: list[str] = read(
    "CSRF_TRUSTED_ORIGINS", environment.several(_web), "https:// 开头的网址", default=[]
)
#: One trusted proxy before the platform says whether TLS was used, and who asks (core.http).
BEHIND_PROXY = environment.flag("BEHIND_PROXY")
#: The address that QR codes and invitations carry.
SITE_URL = read(
    "SITE_URL",
    environment.address("https") if _production else _web,
    "https:// 开头的网址",
    default=None if _production else "http://127.0.0.1:8000",
)

INSTALLED_APPS = [
    "core",
    "identity",
    "projects",
    "accounts",
    "workers",
    "payroll",
    "bonds",
    "notices",
    "monitoring",
    "supervision",
    # Above all apps; both refuse to run without DEMO.
    "sandbox_bank",
    "demo",
    "identity.admin_app.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "django_htmx",
    "django_prometheus",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "pgactivity",
    "pglock",
    "csp",
]

MIDDLEWARE = [
    "core.middleware.RequestMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "identity.middleware.UserMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "identity.middleware.SignInMiddleware",
    "core.middleware.ScopeMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "wagemon.urls"
WSGI_APPLICATION = "wagemon.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["core.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "identity.context.viewer",
                "core.context.navigation",
            ],
        },
    }
]

if not DEMO:
    # The servers of var/ are the demo's: whoever forgot to name his own must not work on them.
    for _name, (_parse, _form) in {
        "DATABASE_URL": embedded.POSTGRES,
        "REDIS_URL": embedded.REDIS,
    }.items():
        read(_name, _parse, _form)
_servers = embedded.server_urls(VAR_DIR)
DATABASES = {"default": environ.Env.db_url_config(_servers.database)}
#: PostgreSQL may have been restarted since: a connection from the pool is tried before it is used.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    # The same statement again is neither parsed nor planned again: half of the database's work.
    "server_side_binding": True,
    "prepare_threshold": 3,
    # Given up quickly, a lost connection is made anew as soon as somebody asks for one.
    "pool": {"min_size": 1, "max_size": 8, "timeout": 10, "reconnect_timeout": 5},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _servers.redis,
        "KEY_PREFIX": "wagemon",
    }
}

CELERY_BROKER_URL = _servers.broker
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 15 * 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 30 * 60, "socket_connect_timeout": 2}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
#: A worker waits for its broker for as long as it takes.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
#: A page publishes, or leaves it to the poller: it does not wait for a broker that is down.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
#: Each task names its lane beside itself, ``@shared_task(lane="money")``, and is in "default" where
#: it names none (core.jobs.route_task). A worker takes from all unless told; see the Procfile.
QUEUES = ("money", "imports", "rules", "deliveries", "default")
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in QUEUES]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = ("core.jobs.route_task",)
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TIMEZONE = "Asia/Shanghai"
#: Workers log as everybody does (LOGGING).
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["identity.backends.UserBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "name"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "identity.passwords.NotGuessableValidator"},
    {"NAME": "identity.passwords.NotOneselfValidator"},
]
LOGIN_URL = "identity:sign_in"
LOGIN_REDIRECT_URL = "/"
#: Single sign-on by OpenID Connect (统一认证), off where no issuer is set (identity.external).
OIDC_ISSUER = read(
    "OIDC_ISSUER",
    environment.address("https") if _production else _web,
    "https:// 开头的认证服务网址",
    default="",
)
OIDC_CLIENT_ID = read(
    "OIDC_CLIENT_ID", str, "认证服务分配的客户端编号", default=None if OIDC_ISSUER else ""
)
OIDC_CLIENT_SECRET = read(
    "OIDC_CLIENT_SECRET", str, "认证服务分配的客户端密钥", default=None if OIDC_ISSUER else ""
)
#: What the provider says (acr, amr) where it has asked for a second factor that is accepted here.
OIDC_STRONG: list[str] = read(
    "OIDC_STRONG", environment.several(str), "acr 或 amr 的值，几个之间用逗号分隔", default=[]
)
OTP_TOTP_ISSUER = "农民工工资支付监控预警平台"
#: Wrong codes are counted with every other guess (identity.guessing), not device by device: that
#: would let whoever knows a password lock its owner out.
OTP_TOTP_THROTTLE_FACTOR = 0

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False
LOCALE_PATHS = [BASE_DIR / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.staticfiles.StaticStorage"},
}
#: Uploads, private: served only through views that know who may see them.
ATTACHMENTS_DIR = VAR_DIR / "attachments"
#: The audit chain's head, kept outside the database so that a cut tail shows.
AUDIT_HEAD = VAR_DIR / "audit.head"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "core.uploadhandlers.CappedUploadHandler",
]

#: The cooperating bank's address and the key shared with it (accounts.bank).
BANK_URL = read("BANK_URL", _web, "https:// 开头的网址", default="")
BANK_KEY = read("BANK_KEY", str, "与合作银行约定的密钥", default=None if BANK_URL else "")
#: How often, in seconds, the bank is asked for payment results and for statements.
_how_often = "大于 0 的秒数"
BANK_RESULTS_EVERY = read(
    "BANK_RESULTS_EVERY", environment.seconds, _how_often, default=2.0 if DEMO else 30.0
)
BANK_STATEMENTS_EVERY = read(
    "BANK_STATEMENTS_EVERY", environment.seconds, _how_often, default=15.0 if DEMO else 1800.0
)
#: The SMS company's interface and the key shared with it (core.messages.services.gateways).
SMS_URL = read(
    "SMS_URL",
    environment.address("https") if _production else _web,
    "https:// 开头的网址",
    default="",
)
SMS_KEY = read(
    "SMS_KEY", environment.hexadecimal, "32 位以上的十六进制数字", default=None if SMS_URL else ""
)
SMS_SIGNATURE = read("SMS_SIGNATURE", str, "短信开头【】中的签名", default="农民工工资监控")
#: The mail server: smtp+tls://user:password@host:587; mails are sent from MAIL_FROM.
_mail_server = read(
    "MAIL_URL", environment.mail_server, "smtp+tls://用户:密码@主机:587", default={"EMAIL_HOST": ""}
)
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _mail_server["EMAIL_HOST"], _mail_server.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _mail_server.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _mail_server.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = bool(_mail_server.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(_mail_server.get("EMAIL_USE_SSL"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = read(
    "MAIL_FROM", str, "平台发信的邮箱", default=None if EMAIL_HOST else "wagemon@localhost"
)
#: The sandbox bank's own books; the platform itself never opens them.
BANK_STORE = VAR_DIR / "bank.sqlite3"
#: Demo only: the date-time that web, worker and beat take for now.
WAGEMON_NOW = (
    read("WAGEMON_NOW", environment.moment, "2026-10-20T09:00 这样的时刻", default="")
    if DEMO
    else ""
)
if WAGEMON_NOW:
    # The database notes when facts change (core.history): by the same clock.
    _now = datetime.fromisoformat(WAGEMON_NOW)
    _now = _now if _now.tzinfo else _now.replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    _ahead = round((_now - datetime.now(UTC)).total_seconds())
    DATABASES["default"]["OPTIONS"]["options"] = f"-c wagemon.ahead=PT{_ahead}S"


#: What core does on the beat; an app declares its own (core.hook_kinds.BeatTask).
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": every, "options": {"expires": every}}
    for name, every in (
        ("core.tasks.seal_audit_entries", 5.0),
        ("core.tasks.look_after_jobs", 15.0),
        ("core.tasks.prune_changes", 600.0),
        ("core.tasks.deliver_messages", 15.0),
        ("core.tasks.send_digests", 60.0),
    )
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SESSION_ENGINE = "identity.sessions"
#: Bound to this host and to TLS by their names (RFC 6265bis), where there is TLS.
_cookie_prefix = "__Host-" if _production else ""
SESSION_COOKIE_NAME = f"{_cookie_prefix}session"
CSRF_COOKIE_NAME = f"{_cookie_prefix}csrf"
#: Devices on which somebody signed in before (identity.devices), forms kept of a lost session
#: (identity.kept_forms).
DEVICE_COOKIE_NAME = f"{_cookie_prefix}device"
KEPT_COOKIE_NAME = f"{_cookie_prefix}kept"
#: Not in a cookie of their own: messages name people and projects.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "identity.views.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = _production
CSRF_COOKIE_SECURE = _production
SECURE_SSL_REDIRECT = _production
#: A load balancer asks for these within the walls, without TLS.
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if _production else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _production
SECURE_HSTS_PRELOAD = _production
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None

#: Every app of ours by itself: a new one needs no line here.
LOGGING = logs.configuration(
    [name for name in INSTALLED_APPS if (BASE_DIR / name).is_dir()], as_json=not (DEMO or DEBUG)
)
logs.configure_structlog()
#: Whose networks may read /metrics ("10.1.0.0/16,…"); nobody elsewhere learns that it exists.
METRICS_FROM = read(
    "METRICS_FROM",
    environment.several(environment.network),
    "10.1.0.0/16 这样的网段，几个之间用逗号分隔",
    default=["127.0.0.1/32", "::1/128"] if DEMO else [],
)
PROMETHEUS_EXPORT_MIGRATIONS = False
