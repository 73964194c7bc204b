import { MirrorError } from '../../errors';

/** The parts of a CloudFormation template that references point to. */
export interface Template {
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Resources: Readonly<Record<string, Resource>>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/**
 * Replaces the references in a value of a template with readable strings: a resource with its name or its logical id, its
 * ARN with {@link localArn}. No AWS resource exists here, so the strings only have to be consistent.
 * @throws BadFormat if an intrinsic function is used that is not supported here
 */
export function resolve(value: unknown, template: Template): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, template)).filter((item) => item !== undefined);
  if (value === null || typeof value !== 'object') return value;

  const entries = Object.entries(value);
  const [first] = entries;
  if (first !== undefined && entries.length === 1 && (first[0] === 'Ref' || first[0].startsWith('Fn::'))) {
    return call(first[0], first[1], template);
  }
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, resolve(inner, template)]).filter(([, inner]) => inner !== undefined),
  );
}

/** Like {@link resolve}, for a value that must be a string. */
export function resolveString(value: unknown, template: Template): string {
  const resolved = resolve(value, template);
  if (typeof resolved === 'string') return resolved;
  if (typeof resolved === 'number' || typeof resolved === 'boolean') return String(resolved);
  throw new MirrorError('BadFormat', `the template has ${JSON.stringify(value)}; expected a string`);
}

/** Stands in for the ARN of a resource. */
export function localArn(logicalId: string): string {
  return `arn:local:${logicalId}`;
}

function call(name: string, argument: unknown, template: Template): unknown {
  switch (name) {
    case 'Ref':
      return reference(String(argument), template);
    case 'Fn::GetAtt': {
      const [logicalId, attribute] = argument as [string, string];
      return getAttribute(logicalId, attribute, template);
    }
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map((part) => resolveString(part, template)).join(separator);
    }
    case 'Fn::Sub':
      return substitute(argument, template);
    default:
      throw new MirrorError('BadFormat', `the template uses ${name}, which the local engine does not support`, {
        hint: 'it supports Ref, Fn::GetAtt, Fn::Join and Fn::Sub',
      });
  }
}

function reference(name: string, template: Template): unknown {
  if (pseudoParameters.has(name)) return pseudoParameters.get(name);
  const parameter = template.Parameters?.[name];
  if (parameter !== undefined) return parameter.Default ?? name;
  const given = resourceOf(name, template).Properties?.[nameProperties.get(resourceOf(name, template).Type) ?? ''];
  return given === undefined ? name : resolveString(given, template);
}

function getAttribute(logicalId: string, attribute: string, template: Template): string {
  resourceOf(logicalId, template);
  return attribute === 'Arn' ? localArn(logicalId) : `${logicalId}.${attribute}`;
}

function substitute(argument: unknown, template: Template): string {
  const [text, variables] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, Record<string, unknown>];
  return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal === '!') return `\${${name}}`;
    if (name in variables) return resolveString(variables[name], template);
    const [logicalId, attribute] = name.split('.');
    return attribute === undefined
      ? resolveString({ Ref: name }, template)
      : getAttribute(logicalId ?? '', attribute, template);
  });
}

function resourceOf(logicalId: string, template: Template): Resource {
  const resource = template.Resources[logicalId];
  if (resource !== undefined) return resource;
  throw new MirrorError('BadFormat', `the template refers to ${JSON.stringify(logicalId)}, which it does not define`);
}

const pseudoParameters = new Map<string, string | undefined>([
  ['AWS::AccountId', '000000000000'],
  ['AWS::NoValue', undefined],
  ['AWS::Partition', 'aws'],
  ['AWS::Region', 'local'],
  ['AWS::StackId', 'arn:local:stack'],
  ['AWS::StackName', 'local'],
  ['AWS::URLSuffix', 'amazonaws.com'],
]);

/** The property with the name that `Ref` returns; other resources are named by their logical ids. */
const nameProperties = new Map([
  ['AWS::CodeBuild::Project', 'Name'],
  ['AWS::Lambda::Function', 'FunctionName'],
  ['AWS::S3::Bucket', 'BucketName'],
]);
