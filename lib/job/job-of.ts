import { z } from 'zod';
import { MirrorError } from '../errors';
import { plainRules } from './checked';
import { jobVariables } from './environment';
import type { Job } from './job';

/** @throws BadInput with the variable's name */
export function jobOf(environment: Record<string, string | undefined>): Job {
  return jobOfStrings(Object.fromEntries(fields.map((field) => [field, environment[jobVariables[field]]])));
}

/** @throws BadInput with the name of the field's variable */
export function jobOfStrings(strings: Partial<Record<keyof Job, string | undefined>>): Job {
  const { success, data, error } = JobFields.safeParse(strings, plainRules);
  if (success) return data;
  const issue = error.issues[0];
  const field = String(issue?.path[0] ?? 'execution') as keyof Job;
  throw new MirrorError('BadInput', `${jobVariables[field]} is ${JSON.stringify(strings[field])}: ${issue?.message}`, {
    hint: 'the state machine sets it when it starts a stage',
  });
}

const fields = Object.keys(jobVariables) as (keyof Job)[];

const build = z
  .string()
  .regex(/^(?:[\w.-]+:\w[\w.-]*)?$/, 'not a build id')
  .default('');

const flag = z.enum(['true', 'false']).transform((word) => word === 'true');

const JobFields = z.object({
  execution: z.string().min(1),
  folder: z.string().regex(/^[^/]+-[0-9a-f]{16}$/, 'not the folder of an execution'),
  release: z.string().min(1),
  architecture: z.string(), // empty for bootloaders
  view: z.string().min(1),
  kernel: z.string().default(''),
  customised: flag.default(false),
  bootTest: flag.default(true),
  inputs: z.string().default(''),
  recipe: z.string().default(''),
  bundles: z.string().default(''),
  rebuild: flag.default(false),
  base: build,
  root: build,
  prepared: build,
  extracted: build,
});
