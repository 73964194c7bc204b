import type { Template } from 'aws-cdk-lib/assertions';
import { short, spelt } from './access';

/** Long, and read elsewhere: the definition is golden/workflow.json, code and prose have tests of their own. */
const elsewhere = ['DefinitionString', 'Code', 'Description', 'AlarmDescription', 'Comment', 'Input', 'Source'];
const untold = /IAM::|Policy$|CloudFront::Function|Dashboard|Permission|Lambda::Version/;

/** How everything but roles and policies is set, one block for all that are alike; what is theirs is called `own`. */
export function settingsText(made: Template): string {
  const blocks = new Map<string, string[]>();
  const resources = Object.entries(made.toJSON().Resources as Record<string, Record<string, unknown>>);
  for (const [id, { Type, Properties, DependsOn, DeletionPolicy }] of resources) {
    if (untold.test(String(Type)) || !id.startsWith('Mirror')) continue;
    const settings = { ...told(Properties), 'waits for': waits(DependsOn), 'when the stack goes': DeletionPolicy };
    const lines = Object.entries(settings).filter(([, value]) => value !== undefined);
    const own = short(id).replace(/(Project|Function|Log)$/, '');
    const text = [`${Type}`, ...lines.map(([key, value]) => `  ${key}: ${spelt(value)}`)]
      .join('\n')
      .replaceAll(new RegExp(`\\b${own}(?=Log\\b|Role|\\b)`, 'g'), 'own');
    blocks.set(text, [...(blocks.get(text) ?? []), short(id)]);
  }
  return [...blocks].map(([text, names]) => `${names.join(', ')}: ${text}\n`).join('\n');
}

function told(properties: unknown): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(properties, (key, value) =>
      elsewhere.includes(key) || (key.endsWith('Policy') && value.Statement) ? undefined : value,
    ),
  );
}

const waits = (ids: unknown) => (ids as string[] | undefined)?.map(short).sort();
