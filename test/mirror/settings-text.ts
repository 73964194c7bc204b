import type { Template } from 'aws-cdk-lib/assertions';
import { short, spelt } from './access';

/** Long, and read elsewhere: the definition is golden/workflow.json, prose is golden/words.txt, code has tests of its own. */
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

/** What an operator reads in the console, a line each: descriptions, names of rules and outputs, alarms and the dashboard. */
export function wordsText(made: Template): string {
  const { Resources, Outputs } = made.toJSON() as Record<'Resources' | 'Outputs', Record<string, Told>>;
  const lines = Object.entries(Resources).flatMap(([id, { Properties = {} }]) =>
    wordsIn(Properties).map((words) => `${short(id)}: ${words}`),
  );
  const outputs = Object.entries(Outputs).map(
    ([id, { Value, Description = '' }]) => `${id}: ${spelt(Value)} ${Description}`,
  );
  return `${[...lines, ...outputs].map((line) => line.trim()).join('\n')}\n`;
}

interface Told {
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Value?: unknown;
  readonly Description?: string;
}

/** Also of objects inside: a distribution has its comment in its configuration. */
function wordsIn(properties: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(properties).flatMap(([key, value]) => {
    if (['Description', 'AlarmDescription', 'Comment', 'DisplayName'].includes(key)) return [spelt(value)];
    if (key === 'DashboardBody') return dashboardLines(spelt(value));
    return typeof value === 'object' && value !== null ? wordsIn(value as Readonly<Record<string, unknown>>) : [];
  });
}

/** A line for each widget, and for each metric in it. */
function dashboardLines(body: string): string[] {
  const { widgets } = JSON.parse(body) as { readonly widgets: readonly { readonly properties: Widget }[] };
  return widgets.flatMap(({ properties: { metrics = [], ...rest }, ...place }) => [
    `${spelt(place)} ${spelt(rest)}`,
    ...metrics.map((metric) => `  ${spelt(metric)}`),
  ]);
}

interface Widget {
  readonly metrics?: readonly unknown[];
}
