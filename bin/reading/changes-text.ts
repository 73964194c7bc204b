import type { Changes, FlavourChanges, ReleaseChanges } from '../../lib/operations/changes';
import type { NameChanges } from '../../lib/operations/changes/modules';
import type { PackageChanges } from '../../lib/operations/changes/packages';
import { counted, megabytes } from '../terminal/sizes';
import { lineWidth, wrapped } from '../terminal/wrapped';
import { wordsOfKey } from './product-words';

/** What changed, for a terminal of 80 columns. */
export function changesLines(changes: Changes): string[] {
  const lines = changes.changes.flatMap((one, at) => [...(at === 0 ? [] : ['']), ...releaseLines(one)]);
  const only = onlyLines(changes);
  if (lines.length + only.length === 0) return ['nothing to compare: no product has two versions'];
  return [...lines, ...only.flatMap((line) => wrapped(line, 2, 0))];
}

/** The same as a Markdown page, for a ticket. */
export function changesMarkdown(changes: Changes): string[] {
  const lines = changes.changes.flatMap((one) => [
    `## ${titleOf(one)}`,
    '',
    ...facts(one).map(([name, text]) => `* ${name}: ${text}`),
    ...one.flavours.map((flavour) => `* \`${flavour.flavour}\`: ${flavourParts(flavour).join('; ') || 'unchanged'}`),
    '',
    ...packageRows(one.packages),
  ]);
  return [...lines, ...onlyLines(changes).map((line) => `* ${line}`)];
}

function titleOf({ release, architecture, old, next }: ReleaseChanges): string {
  const view = old.view === next.view ? '' : ` (${old.view} -> ${next.view})`;
  return `${release} ${architecture} ${old.version} -> ${next.version}${view}`;
}

function releaseLines(one: ReleaseChanges): string[] {
  return [
    ...wrapped(titleOf(one), 2, 0),
    ...facts(one).flatMap(([name, text]) => wrapped(`${name.padEnd(9)} ${text}`, 12, 2)),
    ...packageLines(one.packages),
    ...one.flavours.flatMap(flavourLines),
  ];
}

/** Of the whole release: serial, recipe, sources, and how many packages changed. */
function facts({ serial, recipe, sources, packages }: ReleaseChanges): (readonly [name: string, text: string])[] {
  return [
    ...(serial === undefined ? [] : ([['serial', `${serial.from} -> ${serial.to}`]] as const)),
    ...(recipe ? ([['recipe', 'changed: other settings, or another release of this tool']] as const) : []),
    ...(sources?.added ?? []).map((uri) => ['source', `+ ${uri}`] as const),
    ...(sources?.removed ?? []).map((uri) => ['source', `- ${uri}`] as const),
    ...(sources?.changed ?? []).map((uri) => ['source', `~ ${uri}`] as const),
    ['packages', packages === undefined ? 'not known: a version has no manifest' : countsOf(packages)],
  ];
}

function countsOf({ added, removed, upgraded }: PackageChanges): string {
  const parts = [
    ...(upgraded.length === 0 ? [] : [`${upgraded.length} upgraded`]),
    ...(added.length === 0 ? [] : [`${added.length} added`]),
    ...(removed.length === 0 ? [] : [`${removed.length} removed`]),
  ];
  return parts.join(', ') || 'unchanged';
}

function packageLines(packages: PackageChanges | undefined): string[] {
  const { added = [], removed = [], upgraded = [] } = packages ?? {};
  const lines = [
    ...added.map(({ name, version }) => [`+ ${name}`, version] as const),
    ...removed.map(({ name, version }) => [`- ${name}`, version] as const),
    ...upgraded.map(({ name, from, to }) => [`~ ${name}`, `${from} -> ${to}`] as const),
  ];
  const width = Math.min(24, Math.max(0, ...lines.map(([name]) => name.length)));
  return lines.flatMap(([name, text]) => {
    const line = `    ${name.padEnd(width)}  ${text}`;
    return line.length <= lineWidth ? [line] : [`    ${name}`, ...wrapped(text, 10, 8)];
  });
}

function packageRows(packages: PackageChanges | undefined): string[] {
  const { added = [], removed = [], upgraded = [] } = packages ?? {};
  const rows = [
    ...upgraded.map(({ name, from, to }) => `| ${name} | ${from} | ${to} |`),
    ...added.map(({ name, version }) => `| ${name} | – | ${version} |`),
    ...removed.map(({ name, version }) => `| ${name} | ${version} | – |`),
  ];
  return rows.length === 0 ? [] : ['| package | before | after |', '|---|---|---|', ...rows, ''];
}

function flavourLines(flavour: FlavourChanges): string[] {
  const parts = flavourParts(flavour);
  const [first = 'unchanged', ...rest] = parts;
  return [
    ...wrapped(`${flavour.flavour.padEnd(12)}  ${first}`, 16, 2),
    ...rest.flatMap((part) => wrapped(part, 18, 16)),
  ];
}

function flavourParts({ kernelOf, kernel, initrd, modules }: FlavourChanges): string[] {
  return [
    ...(kernelOf === undefined ? [] : [`has kernel and initrd of ${kernelOf}`]),
    ...(kernel === undefined ? [] : [`kernel ${kernel.from} -> ${kernel.to}`]),
    ...(initrd === undefined ? [] : [`initrd ${megabytes(initrd.from)} -> ${megabytes(initrd.to)}`]),
    ...(modules === undefined ? [] : [modulesText(modules)]),
  ];
}

function modulesText({ added, removed }: NameChanges): string {
  if (added.length + removed.length === 0) return 'the same modules in the initrd';
  const names = [...added.map((name) => `+${lastOf(name)}`), ...removed.map((name) => `-${lastOf(name)}`)];
  return `${counted(names.length, 'module')} in the initrd: ${names.join(' ')}`;
}

const lastOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

function onlyLines({ only }: Changes): string[] {
  return only.map(({ view, key }) => {
    const { group, name } = wordsOfKey(key);
    return `only in ${view}: ${group} ${name}`;
  });
}
