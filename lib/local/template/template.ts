/* local/template: the synthesised template: definition, buildspecs, functions. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MirrorError } from '../../errors';
import { type Buildspec, parseBuildspec } from './buildspec';
import { localArn, type Resource, resolve, resolveString, type Template } from './intrinsics';

/** What one machine needs from a synthesised stack: the state machine, and what its tasks start. */
export interface Assembly {
  /** The definition from the template, with references resolved. */
  readonly definition: unknown;
  /** CodeBuild projects by name and by ARN, since a task may use either. */
  readonly projects: ReadonlyMap<string, Project>;
  /** Lambda functions by name and by ARN, since a task may use either. */
  readonly functions: ReadonlyMap<string, LocalFunction>;
}

export interface Project {
  readonly name: string;
  readonly buildspec: Buildspec;
  readonly environment: Readonly<Record<string, string>>;
  /** Folder of the source asset. @default - the project has no source */
  readonly source: string | undefined;
  readonly timeoutSeconds: number;
}

export interface LocalFunction {
  readonly name: string;
  /** Folder of its code asset. */
  readonly folder: string;
  /** `plan.handler`, of plan.js */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Reads a synthesised template and its assets.
 * @param templatePath `<stack>.template.json` in a cloud assembly
 * @throws NoSuchObject if it or an asset is missing; BadFormat if the engine does not support it
 */
export function readAssembly(templatePath: string): Assembly {
  const stack: Stack = {
    template: readJson(templatePath) as Template,
    assets: readAssets(templatePath),
  };
  const text = definitionText(stack);
  return {
    definition: parseDefinition(text),
    projects: mentioned('AWS::CodeBuild::Project', text, stack, projectOf),
    functions: mentioned('AWS::Lambda::Function', text, stack, functionOf),
  };
}

interface Stack {
  readonly template: Template;
  /** Paths of the assets by their keys in the asset bucket. */
  readonly assets: ReadonlyMap<string, string>;
}

function readAssets(templatePath: string): Map<string, string> {
  const manifest = readJson(templatePath.replace(/\.template\.json$/, '.assets.json')) as AssetManifest;
  return new Map(
    Object.values(manifest.files ?? {}).flatMap(({ source, destinations }) =>
      Object.values(destinations).map(
        ({ objectKey }) => [objectKey, join(dirname(templatePath), source.path)] as const,
      ),
    ),
  );
}

interface AssetManifest {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

function definitionText({ template }: Stack): string {
  const machines = Object.entries(template.Resources).filter(([, { Type }]) => Type === stateMachineType);
  const [machine] = machines;
  if (machine === undefined || machines.length > 1) {
    const names = machines.map(([logicalId]) => logicalId).join(', ');
    throw new MirrorError('BadFormat', `the template has ${machines.length} state machines (${names}); expected one`);
  }
  return resolveString(machine[1].Properties?.DefinitionString, template);
}

const stateMachineType = 'AWS::StepFunctions::StateMachine';

function parseDefinition(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MirrorError('BadFormat', `the definition of the state machine is not valid JSON: ${text.slice(0, 100)}`, {
      cause: error,
    });
  }
}

/** Reads only resources that the definition mentions; others of the type may be custom resources of the CDK. */
function mentioned<T>(
  type: string,
  definition: string,
  stack: Stack,
  read: (name: string, resource: Resource, stack: Stack) => T,
): Map<string, T> {
  const found = new Map<string, T>();
  for (const [logicalId, resource] of Object.entries(stack.template.Resources)) {
    if (resource.Type !== type) continue;
    const names = [resolveString({ Ref: logicalId }, stack.template), localArn(logicalId)];
    if (!names.some((name) => definition.includes(JSON.stringify(name)))) continue;
    const thing = read(names[0] ?? logicalId, resource, stack);
    for (const name of names) found.set(name, thing);
  }
  return found;
}

function projectOf(name: string, { Properties }: Resource, stack: Stack): Project {
  const properties = Properties as unknown as ProjectProperties;
  const location = resolve(properties.Source.Location, stack.template);
  const source = location === undefined ? undefined : assetAt(String(location), stack);
  return {
    name,
    buildspec: parseBuildspec(resolveString(properties.Source.BuildSpec, stack.template), `the buildspec of ${name}`),
    environment: Object.fromEntries(
      (properties.Environment.EnvironmentVariables ?? []).map((variable) => [
        variable.Name,
        plainValue(variable, name, stack),
      ]),
    ),
    source,
    timeoutSeconds: (properties.TimeoutInMinutes ?? 60) * 60,
  };
}

interface ProjectProperties {
  readonly Source: { readonly Location?: unknown; readonly BuildSpec?: unknown };
  readonly Environment: { readonly EnvironmentVariables?: readonly Variable[] };
  readonly TimeoutInMinutes?: number;
}

interface Variable {
  readonly Name: string;
  readonly Type?: string;
  readonly Value: unknown;
}

function plainValue({ Name, Type = 'PLAINTEXT', Value }: Variable, project: string, { template }: Stack): string {
  if (Type === 'PLAINTEXT') return resolveString(Value, template);
  const what = `${Name} of project ${project} comes from ${Type}`;
  throw new MirrorError('NotSupported', `${what}, which the local engine does not support`);
}

function functionOf(name: string, { Properties }: Resource, stack: Stack): LocalFunction {
  const properties = Properties as unknown as FunctionProperties;
  return {
    name,
    folder: assetAt(resolveString(properties.Code.S3Key, stack.template), stack),
    handler: resolveString(properties.Handler, stack.template),
    environment: Object.fromEntries(
      Object.entries(properties.Environment?.Variables ?? {}).map(([variable, value]) => [
        variable,
        resolveString(value, stack.template),
      ]),
    ),
  };
}

interface FunctionProperties {
  readonly Code: { readonly S3Key?: unknown };
  readonly Handler: unknown;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
}

/** @param location `key` or `bucket/key` */
function assetAt(location: string, { assets }: Stack): string {
  for (const [key, path] of assets) {
    if (location !== key && !location.endsWith(`/${key}`)) continue;
    if (existsSync(path)) return path;
    throw new MirrorError('NoSuchObject', `the asset ${path} is missing`, { hint: 'synthesise the app again' });
  }
  throw new MirrorError('BadFormat', `the asset manifest has no file with the key ${location}`);
}

function readJson(path: string): unknown {
  if (!existsSync(path))
    throw new MirrorError('NoSuchObject', `${path} is missing`, { hint: 'synthesise the app first' });
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new MirrorError('BadFormat', `${path} is not valid JSON`, { cause: error });
  }
}
