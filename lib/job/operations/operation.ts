/* job/operations: what operators ask for, and what comes back. */

import { z } from 'zod';
import { anyViewName, architectureWord, longestName, ViewName } from '../build-request';
import { anyFlavour, anyRelease, anyView, checkName, duration, viewSource } from './view-source';

const [view, release] = [anyView, anyRelease];
const snapshotName = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/, 'must be letters, digits, dots and dashes')
  .max(longestName, `must have at most ${longestName} characters`);

/** An exact name, or `newest`. */
const version = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, 'must be a version, such as 20261120.083000');

/** What people write is shown on terminals, also to others. */
const printable = /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u;
const notPrintable = 'must be one line, without control characters';
const line = (most: number) => z.string().min(1).max(most).regex(printable, notPrintable);

/** ISO 8601, UTC. The command line reads other forms. */
const time = z.iso.datetime();

/** Which products of a release; empty: all. */
const scope = { architectures: z.array(architectureWord).default([]), flavours: z.array(anyFlavour).default([]) };
const oneVersion = { view, release, version, ...scope };
const allViews = z.boolean().default(false);

function userOf(url: string): string {
  const { username, password } = new URL(url);
  return username + password;
}

/** What an operator asks for. Every operation may be carried out on this machine or by a function of a stack. */
export const OperationRequest = z.discriminatedUnion('does', [
  z.strictObject({
    does: z.literal('promote'),
    from: view,
    to: anyViewName,
    /** @default - all */
    release: release.optional(),
    ...scope,
    /**
     * Takes the newest versions that have been published in `from` for this long. @default - as the view's own setting says,
     * if it is for `from`; otherwise the newest ones
     */
    after: duration.optional(),
    /** Checks that must have passed, in addition to those of the view's own setting. */
    require: z.array(checkName).default([]),
    /** Why the checks of the view's own setting are not required. @default - they are */
    checksWaived: line(1000).optional(),
    /** What mirror.yaml says of `to`. It counts until a setting of the file was applied. @default - nothing */
    setting: viewSource.promote,
    /** Why versions are promoted that have not booted. @default - they are not */
    waived: line(1000).optional(),
  }),
  z.strictObject({ does: z.literal('withdraw'), ...oneVersion, allViews }),
  z.strictObject({ does: z.literal('restore'), ...oneVersion, allViews }),
  z.strictObject({
    does: z.literal('rollback'),
    view,
    release,
    ...scope,
    /** @default - the newest version before the one that is taken back */
    to: version.optional(),
    /** Publish the good version under a newer name as well. */
    republish: z.boolean().default(false),
    allViews,
  }),
  z.strictObject({
    does: z.literal('hold'),
    view,
    release,
    ...scope,
    /** The newest version to keep. @default - the newest one */
    at: version.optional(),
    until: time.optional(),
  }),
  z.strictObject({ does: z.literal('unhold'), view, release, ...scope }),
  z.strictObject({
    does: z.literal('attest'),
    ...oneVersion,
    check: checkName,
    passed: z.boolean(),
    /** The documents that keep it are public. */
    link: z
      .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
      .regex(printable, notPrintable)
      .refine((text) => !URL.canParse(text) || userOf(text) === '', 'must not contain a user or password')
      .optional(),
  }),
  z.strictObject({ does: z.literal('snapshot'), view, name: snapshotName }),
  z.strictObject({ does: z.literal('remove'), ...oneVersion }),
  z.strictObject({ does: z.literal('view-create'), name: ViewName, ...viewSource }),
  z.strictObject({ does: z.literal('view-set'), name: anyViewName, ...viewSource }),
  z.strictObject({ does: z.literal('view-delete'), name: view }),
  z.strictObject({
    does: z.literal('repair'),
    /** @default - all */
    view: view.optional(),
    /** Brings an old mirror to this release's format. */
    upgrade: z.boolean().default(false),
    /** Lets a view that has lost its state, or a part of it, go on without that. @default false */
    forgetLost: z.boolean().optional(),
  }),
]);
export type OperationRequest = z.infer<typeof OperationRequest>;

/** What this release can do; a caller lists what it needs, so that an older function refuses what it does not know. */
export const operationNeeds = ['operations'] as const;

/** An operation, with who asks for it and how it is to be carried out. The AWS request id is added by the function. */
export const Operation = z.strictObject({
  operation: OperationRequest,
  /** As the caller says: `anna@ops1`. */
  by: line(200),
  reason: line(1000).optional(),
  /** Only shows what it would do. */
  dryRun: z.boolean().default(false),
  /** Id of the plan that is to be carried out exactly. @default - what is right when it is carried out */
  plan: z
    .string()
    .regex(/^\d{8}T\d{6}Z-[0-9a-f]{16}$/, 'must be the id of a plan, as --dry-run prints it')
    .optional(),
  /** Version of the caller. */
  tool: z.string(),
  /** What the function must know. */
  needs: z.array(z.string()),
});
export type Operation = z.infer<typeof Operation>;
