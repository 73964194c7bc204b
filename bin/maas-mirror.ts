#!/usr/bin/env node
/* bin: front doors: the CLI, the CDK app, the program of a build machine, Lambda functions. */

import './check-node';

/** The program `maas-mirror`: whatever an older Node may not be able to read is loaded after the check. */
void import('./command-line.js').then(({ run }) => run());
