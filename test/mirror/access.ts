import type { Template } from 'aws-cdk-lib/assertions';

type Properties = Readonly<Record<string, unknown>>;
interface Resource {
  readonly Type: string;
  readonly Properties?: Properties;
}

/**
 * Everybody that a template lets do anything, one block each: who takes a role, and every statement of every policy, of
 * buckets, keys and topics too. Roles that are alike share a block and call what is theirs `own`.
 */
export function accessText(made: Template): string {
  const resources = made.toJSON().Resources as Record<string, Resource>;
  const blocks = new Map<string, string[]>();
  for (const [id, resource] of Object.entries(resources)) {
    const lines = linesOf(id, resource, resources);
    if (lines.length === 0) continue;
    const text = lines.map((line) => `  ${line}`).join('\n');
    const name = short(id);
    const shared = text.replaceAll(new RegExp(`\\b${name}(?=Log\\b)`, 'g'), 'own');
    blocks.set(shared, [...(blocks.get(shared) ?? []), name]);
  }
  return [...blocks].map(([text, names]) => `${names.join(', ')}:\n${text}\n`).join('\n');
}

function linesOf(id: string, { Type, Properties = {} }: Resource, resources: Record<string, Resource>): string[] {
  if (Type === 'AWS::IAM::Role') return roleLines(id, Properties, resources);
  if (Type === 'AWS::Lambda::Permission') return [permissionLine(Properties)];
  if (Type === 'AWS::IAM::Policy') return []; // stands with its roles
  return documentsIn(Properties).flatMap(statementLines);
}

function roleLines(
  id: string,
  { AssumeRolePolicyDocument, ...others }: Properties,
  resources: Record<string, Resource>,
) {
  const policies = Object.values(resources).filter(
    ({ Type, Properties = {} }) => Type === 'AWS::IAM::Policy' && JSON.stringify(Properties.Roles).includes(`"${id}"`),
  );
  const managed = others.ManagedPolicyArns === undefined ? [] : [`managed: ${spelt(others.ManagedPolicyArns)}`];
  return [
    ...statementLines(AssumeRolePolicyDocument as Document).map((line) => `taken: ${line}`),
    ...managed,
    ...documentsIn(others).flatMap(statementLines),
    ...policies.flatMap(({ Properties = {} }) => documentsIn(Properties).flatMap(statementLines)),
  ];
}

const permissionLine = ({ Action, FunctionName, Principal, SourceArn }: Properties) =>
  `Allow ${spelt(Principal)}: ${spelt(Action)} on ${spelt(FunctionName)} from ${spelt(SourceArn)}`;

interface Document {
  readonly Statement: readonly Properties[];
}

/** Policies wherever they stand in the properties of a resource. */
function documentsIn(value: unknown): Document[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('Statement' in value) return [value as Document];
  return Object.values(value).flatMap(documentsIn);
}

function statementLines({ Statement }: Document): string[] {
  return Statement.map(({ Effect, Principal, Action, Resource, Condition, Sid: _, ...unknown }) => {
    const who = Principal === undefined ? '' : ` ${spelt(Principal)}`;
    const where = Resource === undefined ? '' : ` on ${spelt(Resource)}`;
    const when = Condition === undefined ? '' : ` if ${spelt(Condition)}`;
    const rest = Object.keys(unknown).length === 0 ? '' : ` and ${spelt(unknown)}`;
    return `${Effect}${who}: ${spelt(Action)}${where}${when}${rest}`;
  });
}

/** A value of a template in a line, resources by their short names. */
export function spelt(value: unknown): string {
  if (Array.isArray(value)) return value.map(spelt).join(' ');
  if (typeof value !== 'object' || value === null) return String(value).replace(/\b[0-9a-f]{64}\b/g, 'HASH');
  const [[name, argument] = ['', undefined], ...more] = Object.entries(value);
  if (more.length === 0) {
    if (name === 'Ref') return reference(String(argument));
    if (name === 'Fn::GetAtt') return reference(String((argument as string[])[0]), String((argument as string[])[1]));
    if (name === 'Fn::Join') return (argument as [string, unknown[]])[1].map(spelt).join((argument as string[])[0]);
    if (name === 'Fn::Sub') return spelt(argument).replace(/\$\{AWS::(\w+)\}/g, (_, what) => what.toLowerCase());
  }
  return `{${Object.entries(value)
    .map(([key, inner]) => `${key}: ${spelt(inner)}`)
    .join(', ')}}`;
}

function reference(id: string, attribute = 'Arn'): string {
  if (id === 'AWS::Partition') return 'aws';
  if (id.startsWith('AWS::')) return id.slice('AWS::'.length).toLowerCase();
  return attribute === 'Arn' ? short(id) : `${short(id)}.${attribute}`;
}

/** `MirrorFetchRole6E1BDA85` → `Fetch`; a version of a function has the digest of its code, too. */
export const short = (id: string) =>
  id.replace(/^Mirror(?=[A-Z])/, '').replace(/(Role)?[0-9A-F]{8}([0-9a-f]{32})?$/, '');
