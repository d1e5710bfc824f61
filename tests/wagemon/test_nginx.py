"""The nginx file of deploy/, run as it stands but for its paths, ports and certificate."""

import http.server
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from wagemon.launch import free_port

FILE = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
NAME = "wages.example"
pytestmark = pytest.mark.skipif(
    NGINX is None, reason="没有安装 nginx: deploy/nginx.conf 没有试运行"
)


class Platform(http.server.ThreadingHTTPServer):
    """Stands for the platform: notes what the proxy hands on."""

    seen: list[tuple[str, dict[str, str], int]]


class Handler(http.server.BaseHTTPRequestHandler):
    server: Platform

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.path, dict(self.headers), len(body)))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_GET = do_POST

    def log_message(self, *args: object) -> None:
        pass


class Proxy:
    """nginx with the file's own words."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.platform = folder, Platform(("127.0.0.1", 0), Handler)
        self.platform.seen = []
        self.plain, self.secure = free_port(), free_port()

    def start(self) -> subprocess.Popen:
        make_certificate(self.folder)
        threading.Thread(target=self.platform.serve_forever, daemon=True).start()
        text = FILE.read_text()
        for old, new in (
            ("127.0.0.1:8000", f"127.0.0.1:{self.platform.server_address[1]}"),
            ("listen [::]:80;", ""),
            ("listen [::]:443 ssl http2;", ""),
            ("listen 80;", f"listen 127.0.0.1:{self.plain};"),
            ("listen 443 ", f"listen 127.0.0.1:{self.secure} "),
            ("/etc/nginx/tls", str(self.folder)),
            ("/var/log/nginx", str(self.folder)),
        ):
            assert old in text, old
            text = text.replace(old, new)
        main = self.folder / "nginx.conf"
        # Under root its workers would be somebody who may not enter the test's folder.
        user = "user root;" if os.geteuid() == 0 else ""
        main.write_text(
            f"{user} daemon off; pid {self.folder}/pid; error_log {self.folder}/error.log;"
            "events {} http { "
            + "".join(
                f"{kind}_temp_path {self.folder}/{kind}; "
                for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            )
            + text
            + "}"
        )
        run = [NGINX, "-p", str(self.folder), "-c", str(main), "-e", str(self.folder / "start.log")]
        return subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def request(self, path: str, body: bytes | None = None, **headers: str) -> int:
        context = ssl.create_default_context(cafile=str(self.folder / f"{NAME}.crt"))
        context.check_hostname = False
        url = f"https://127.0.0.1:{self.secure}{path}"
        asked = urllib.request.Request(url, body, {"Host": f"{NAME}:{self.secure}", **headers})
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        try:
            with opener.open(asked, timeout=15) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code


def make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / f"{NAME}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / f"{NAME}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@pytest.fixture(scope="module")
def proxy(tmp_path_factory) -> Iterator[Proxy]:
    made = Proxy(tmp_path_factory.mktemp("nginx"))
    process = made.start()
    deadline = time.monotonic() + 15
    while not answers(made.secure):
        assert process.poll() is None, (made.folder / "start.log").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield made
    process.terminate()
    process.wait(15)
    made.platform.shutdown()
    made.platform.server_close()


def answers(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


class TestNginx:
    def test_says_who_asks_how_and_under_which_name_and_number(self, proxy):
        forged = {"X-Forwarded-Proto": "http", "X-Request-ID": "mine", "X-Forwarded-For": "1.2.3.4"}
        assert proxy.request("/projects/?q=x", **forged) == 200
        path, headers, _ = proxy.platform.seen[-1]
        assert path == "/projects/?q=x"
        assert headers["Host"] == f"{NAME}:{proxy.secure}"
        assert headers["X-Forwarded-Proto"] == "https"
        assert headers["X-Forwarded-For"].endswith(", 127.0.0.1")
        assert headers["X-Request-ID"] != "mine"
        assert len(headers["X-Request-ID"]) == 32

    def test_takes_a_file_of_twenty_megabytes_and_no_larger_body(self, proxy):
        assert proxy.request("/upload/", b"x" * (20 * 1024 * 1024 + 4096)) == 200
        assert proxy.platform.seen[-1][2] == 20 * 1024 * 1024 + 4096
        assert proxy.request("/upload/", b"x" * (22 * 1024 * 1024)) == 413

    def test_hands_on_no_half_request(self, proxy):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        half = f"POST /half/ HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 900\r\n\r\nuser".encode()
        with ExitStack() as open_ones:
            for _ in range(40):
                line = socket.create_connection(("127.0.0.1", proxy.secure))
                line = open_ones.enter_context(closing(context.wrap_socket(line)))
                line.sendall(half)
            assert proxy.request("/whole/") == 200
        assert not [path for path, _, _ in proxy.platform.seen if path == "/half/"]

    def test_leads_to_tls_and_keeps_the_numbers_in(self, proxy):
        with socket.create_connection(("127.0.0.1", proxy.plain)) as line:
            line.sendall(f"GET /a?b=1 HTTP/1.0\r\nHost: {NAME}\r\n\r\n".encode())
            answer = line.recv(1000).decode()
        assert answer.startswith("HTTP/1.1 308")
        assert f"Location: https://{NAME}/a?b=1" in answer
        assert proxy.request("/metrics") == 404

    def test_writes_no_query_into_its_log(self, proxy):
        assert proxy.request("/search/?q=secret-name") == 200
        time.sleep(0.2)
        log = (proxy.folder / "wagemon.log").read_text()
        assert "/search/" in log
        assert "secret-name" not in log
