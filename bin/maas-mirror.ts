#!/usr/bin/env node
/* bin: entry points: the CLI, the CDK app, the program of a build machine, Lambda functions. */

import './check-node';

/** The program `maas-mirror`. Everything that an older Node might fail to parse is loaded after the check. */
void import('./command-line.js').then(({ run }) => run());
