import { parse } from 'yaml';
import { MirrorError } from '../../errors';

export const phaseNames = ['install', 'pre_build', 'build', 'post_build'] as const;
export type PhaseName = (typeof phaseNames)[number];

/** What a CodeBuild project runs: buildspec 0.2, as far as stages use it. */
export interface Buildspec {
  readonly variables: Readonly<Record<string, string>>;
  /** Names of the variables whose values at the end are the build's result. */
  readonly exportedVariables: readonly string[];
  /** The phases, in the order in which they run. */
  readonly phases: readonly Phase[];
}

export interface Phase {
  readonly name: PhaseName;
  readonly commands: readonly string[];
  /** Run after the commands, whether they failed or not. */
  readonly finally: readonly string[];
}

/**
 * Reads a buildspec in YAML or JSON. An unknown key is refused: without it, a build here would differ from CodeBuild's.
 * @param name used in messages
 * @throws BadFormat
 */
export function parseBuildspec(text: string, name: string): Buildspec {
  const spec = fieldsOf(parseYaml(text, name), name, ['version', 'env', 'phases']);
  if (String(spec.version) !== '0.2')
    refuse(name, `has version ${JSON.stringify(spec.version)}; only 0.2 is supported`);
  const env = fieldsOf(spec.env ?? {}, `env of ${name}`, ['shell', 'variables', 'exported-variables']);
  if (!shells.includes(env.shell)) refuse(name, `has shell ${JSON.stringify(env.shell)}; only bash is supported`);
  const phases = fieldsOf(spec.phases, `phases of ${name}`, phaseNames);
  return {
    variables: variablesOf(env.variables ?? {}, name),
    exportedVariables: stringsOf(env['exported-variables'] ?? [], `exported-variables of ${name}`).map((variable) =>
      checkedVariable(variable, name),
    ),
    phases: phaseNames.flatMap((phase) => (phase in phases ? [phaseOf(phase, phases[phase], name)] : [])),
  };
}

const shells: readonly unknown[] = [undefined, 'bash'];

function parseYaml(text: string, name: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new MirrorError('BadFormat', `${name} is not valid YAML: ${(error as Error).message}`, { cause: error });
  }
}

function variablesOf(value: unknown, name: string): Record<string, string> {
  const variables = fieldsOf(value, `variables of ${name}`);
  return Object.fromEntries(
    Object.entries(variables).map(([variable, inner]) => [checkedVariable(variable, name), scalar(inner, variable)]),
  );
}

/** Names are unquoted in shell commands. */
function checkedVariable(variable: string, name: string): string {
  if (!/^[A-Za-z_]\w*$/.test(variable)) refuse(name, `has the invalid variable name ${JSON.stringify(variable)}`);
  return variable;
}

function phaseOf(name: PhaseName, value: unknown, buildspec: string): Phase {
  const where = `phase ${name} of ${buildspec}`;
  // runtime-versions selects a runtime in CodeBuild's image; on this machine, builds use the Node that runs us
  const known = ['commands', 'finally', ...(name === 'install' ? ['runtime-versions'] : [])];
  const phase = fieldsOf(value, where, known);
  return {
    name,
    commands: stringsOf(phase.commands ?? [], `commands of ${where}`),
    finally: stringsOf(phase.finally ?? [], `finally of ${where}`),
  };
}

function fieldsOf(value: unknown, where: string, known?: readonly string[]): Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return refuse(where, `is ${JSON.stringify(value)}; expected a mapping`);
  }
  const stranger = Object.keys(value).find((key) => known !== undefined && !known.includes(key));
  if (stranger !== undefined)
    refuse(where, `has the unknown key ${JSON.stringify(stranger)}; known keys: ${known?.join(', ')}`);
  return value as Record<string, unknown>;
}

function stringsOf(value: unknown, where: string): string[] {
  if (!Array.isArray(value)) return refuse(where, `are ${JSON.stringify(value)}; expected a list`);
  return value.map((item) => scalar(item, where));
}

function scalar(value: unknown, where: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return refuse(where, `has ${JSON.stringify(value)}; expected a string`);
}

function refuse(where: string, fault: string): never {
  throw new MirrorError('BadFormat', `${where} ${fault}`, {
    hint: 'see buildspecs/ for what the local engine supports',
  });
}
