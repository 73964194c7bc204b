"""The mirror as a Python app has it: the default one, or that of a mirror.yaml."""

import sys

from aws_cdk import App, Stack
from cdk_maas_mirror import MaasMirror

outdir, *config = sys.argv[1:]
app = App(outdir=outdir, analytics_reporting=False)
stack = Stack(app, "MaasMirror")
if config:
    MaasMirror.from_config(stack, "Mirror", config[0])
else:
    MaasMirror(stack, "Mirror")
app.synth()
