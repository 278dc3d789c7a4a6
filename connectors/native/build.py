"""Build the native codec beside its sources: `python connectors/native/build.py`.

Installing Manifold does the same. Only the standard library is used, for nothing of ours can
be imported then.
"""

import zlib
from pathlib import Path

FOLDER = Path(__file__).parent
SOURCES = sorted(path.name for path in FOLDER.glob("*.[ch]"))


class NotBuilt(Exception):
    """The extension could not be built; the text says why."""


def fingerprint() -> str:
    """What tells these sources from others, so that an extension of others is not used."""
    code = 0
    for name in SOURCES:
        code = zlib.crc32((FOLDER / name).read_bytes(), code)
    return f"avro sources {code:08x}"


def build() -> Path:
    """Compile the extension unless it is that of these sources; where it is.

    Raises NotBuilt.
    """
    import os
    import sysconfig

    found = fingerprint()
    target = FOLDER / f"avro{sysconfig.get_config_var('EXT_SUFFIX')}"
    if target.exists() and found.encode() in target.read_bytes():
        return target
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        _compile(fresh, found)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    return target


def _compile(target: Path, found: str) -> None:
    import os
    import shlex
    import subprocess
    import sysconfig

    link = shlex.split(sysconfig.get_config_var("LDSHARED") or "cc -shared")
    flags = shlex.split(sysconfig.get_config_var("CCSHARED") or "-fPIC")
    if "CC" in os.environ:
        link[:1] = shlex.split(os.environ["CC"])
    include = Path(sysconfig.get_paths()["include"])
    if not (include / "Python.h").exists():
        raise NotBuilt(f"{include}/Python.h is missing (Debian: apt-get install python3-dev)")
    command = [
        *(*link, *flags, "-O3", "-DNDEBUG", "-fwrapv", "-fvisibility=hidden"),
        *(f"-I{include}", f'-DSOURCES="{found}"'),
        *(str(FOLDER / name) for name in SOURCES if name.endswith(".c")),
        *("-o", str(target)),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        raise NotBuilt(f"there is no C compiler {link[0]} (Debian: apt-get install gcc)") from None
    if done.returncode:
        complaint = next((line for line in done.stderr.splitlines() if "error" in line), "")
        raise NotBuilt(f"{link[0]} failed: {complaint}")


def main() -> None:
    """Build, and say so when that is not possible."""
    try:
        build()
    except NotBuilt as error:
        print(f"The native codec is not built; generated Python does its work. {error}")


if __name__ == "__main__":
    main()
