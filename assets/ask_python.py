# Says what this Python is; Sidestage asks each one that it finds. Any Python since 2.6 runs it, and nothing is imported
# that Python has not loaded by itself.
import os
import sys

prefix = sys.prefix
base = getattr(sys, "base_prefix", getattr(sys, "real_prefix", prefix))
implementation = getattr(sys, "implementation", None)
name = "pypy" if hasattr(sys, "pypy_version_info") else "cpython"
for key, value in (
    ("implementation", getattr(implementation, "name", name)),
    ("version", sys.version.split()[0]),
    ("bits", 64 if sys.maxsize > 2**32 else 32),
    ("machine", os.uname()[4] if hasattr(os, "uname") else sys.version),
    ("prefix", prefix),
    ("base", base),
    ("conda", "yes" if os.path.isdir(os.path.join(prefix, "conda-meta")) else "no"),
):
    print("sidestage:%s=%s" % (key, value))
