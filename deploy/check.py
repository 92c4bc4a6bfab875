"""Render the Helm chart, and hold the deployment files to the tools that were made for them: `make manifests`.

`--check` renders without writing: where what lies in `manifests/` is not what the chart makes, that is told. Helm
itself renders, by its SDK in a wheel; Python packages bring the other tools, Debian promtool (`prometheus`) and nginx.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "chart"
MANIFESTS = DEPLOY / "manifests"
EXAMPLES = ("ingress", "canary")
# Before the first release nothing ran beside them.
FIRST_MIGRATIONS = "0037"
# Custom resources, whose schemas come with their operators.
OF_OPERATORS = frozenset({"HTTPRoute", "ServiceMonitor", "PrometheusRule", "ExternalSecret"})


class CheckError(Exception):
    """What a tool found, in its words."""


def fingerprint(example: str) -> str:
    """SHA-256 over the chart's files and the values that a manifest is rendered from, in hexadecimal."""
    digest = hashlib.sha256()
    files = [path for path in CHART.rglob("*") if path.is_file() and path.parent.name != "examples"]
    for path in [*sorted(files), CHART / "examples" / f"{example}.yaml"]:
        digest.update(f"{path.relative_to(CHART)}\n".encode() + path.read_bytes() + b"\n")
    return digest.hexdigest()


def heading(example: str) -> str:
    """The first line of a manifest, which names what it was rendered from."""
    return f"# Written by `make manifests` from deploy/chart with examples/{example}.yaml: {fingerprint(example)}\n"


def rendered(example: str) -> str:
    """The manifest that Helm makes of the chart, in the order in which Helm would apply it."""
    import helm_python
    import yaml

    values = yaml.safe_load((CHART / "examples" / f"{example}.yaml").read_text())
    files = helm_python.Chart.load(CHART).render(values, name="cci", namespace="cci")
    made = [
        document.strip() + "\n"
        for name, text in sorted(files.items())
        if name.endswith(".yaml")
        for document in text.split("\n---\n")
        if document.strip("-\n ")
    ]
    return heading(example) + "".join(f"---\n{document.removeprefix('---').lstrip()}" for document in made)


def run(*command: str | Path) -> str:
    """What a program prints. Raises CheckError where it fails."""
    done = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CheckError((done.stdout + done.stderr).strip())
    return done.stdout


def check_chart() -> None:
    """Helm's own lint, strict."""
    import helm_python
    import yaml

    for example in EXAMPLES:
        values = yaml.safe_load((CHART / "examples" / f"{example}.yaml").read_text())
        report = helm_python.lint(CHART, values, strict=True)
        faults = [note["error"] for note in report["messages"] if note["severity"] > 1]
        if faults or report["errors"]:
            raise CheckError("\n".join([*faults, *report["errors"]]))


def check_manifests() -> None:
    """Each object against the schema that Kubernetes publishes for it; unknown fields are faults."""
    import kubernetes_validate
    import yaml

    for path in sorted(MANIFESTS.glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            if document["kind"] in OF_OPERATORS:
                continue
            try:
                kubernetes_validate.validate(document, "1.37.0", strict=True)
            except kubernetes_validate.ValidationError as error:
                raise CheckError(f"{path.name}, {document['kind']} {document['metadata']['name']}: {error}") from error


def check_templates() -> None:
    """CloudFormation's templates against AWS' schemas."""
    run(_program("cfn-lint"), *sorted((DEPLOY / "aws").glob("*.yaml")))


def check_image() -> None:
    """The Dockerfile."""
    run(_program("hadolint"), "Dockerfile")


def check_rules() -> None:
    """Prometheus' rules, and when they fire."""
    promtool = _program("promtool")
    run(promtool, "check", "rules", CHART / "monitoring" / "rules.yaml")
    run(promtool, "test", "rules", CHART / "monitoring" / "rules.test.yaml")


def check_nginx() -> None:
    """The proxy's configuration, as nginx reads it: with a certificate of a moment, and our name at loopback."""
    nginx = _program("nginx")
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        names = ("-subj", "/CN=bot.example.org", "-keyout", here / "privkey.pem", "-out", here / "fullchain.pem")
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *names)
        site = (DEPLOY / "nginx" / "cci.conf").read_text().replace("/etc/nginx/tls/", f"{here}/")
        site = site.replace("server web:8000", "server 127.0.0.1:8000")
        (here / "cci.conf").write_text(site)
        bodies = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        folders = " ".join(f"{name}_temp_path {here}/{name};" for name in bodies)
        http = f"http {{ access_log off; {folders} include {here}/cci.conf; }}"
        (here / "nginx.conf").write_text(f"pid {here}/pid; error_log stderr; events {{}} {http}")
        run(nginx, "-t", "-q", "-p", here, "-c", here / "nginx.conf")


def check_migrations() -> None:
    """What migrations since the first ones do: none holds a table for long, or breaks the last version."""
    with tempfile.TemporaryDirectory() as folder:
        run(ROOT / ".venv" / "bin" / "python", "-m", "deploy.statements", folder)
        later = [path for path in sorted(Path(folder).glob("*.sql")) if path.stem > FIRST_MIGRATIONS]
        if later:
            run(_program("squawk"), *later)


def check_pipelines() -> None:
    """The pipelines against the schemas that GitHub and GitLab publish for them."""
    tool = (sys.executable, "-m", "check_jsonschema", "--builtin-schema")
    run(*tool, "vendor.github-workflows", ROOT / ".github" / "workflows" / "release.yaml")
    run(*tool, "vendor.gitlab-ci", "--data-transform", "gitlab-ci", ROOT / ".gitlab-ci.yml")


def _program(name: str) -> str:
    """Where a program is: beside this Python, or on the PATH."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise CheckError(f"{name} is not here: apt-get install prometheus nginx-light openssl")
    return found


CHECKS: dict[str, Callable[[], None]] = {
    "chart (Helm's lint)": check_chart,
    "manifests (Kubernetes' schemas)": check_manifests,
    "templates (cfn-lint)": check_templates,
    "proxy (nginx)": check_nginx,
    "pipelines (their schemas)": check_pipelines,
    "Dockerfile (hadolint)": check_image,
    "Prometheus' rules (promtool)": check_rules,
    "migrations (squawk)": check_migrations,
}


def write(*, only_compare: bool) -> list[str]:
    """Bring the manifests up to date, or tell which are not."""
    faults = []
    for example in EXAMPLES:
        path, text = MANIFESTS / f"{example}.yaml", rendered(example)
        if only_compare and path.read_text() != text:
            faults.append(f"{path.relative_to(ROOT)} is not what the chart makes: run `make manifests`")
        elif not only_compare:
            path.write_text(text)
    return faults


def main() -> int:
    """Render, check, tell; 1 where anything is wrong or a tool is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing: tell where the manifests are old")
    faults = write(only_compare=parser.parse_args().check)
    for name, check in CHECKS.items():
        try:
            check()
        except CheckError as fault:
            faults.append(f"{name}:\n{fault}")
        else:
            print(f"ok: {name}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
