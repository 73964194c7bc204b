import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

/** The room that writes what readers are given: everything below `streams/`, the keyring and the front page. */
const room = 'lib/publication/';

/** Stores write what they are given. */
const stores = 'lib/store/';

/** Those of its files that write; what others may use is `changeView` and what stands on it. */
const hands = /^\.\.?\/(?:.*\/)?(?:publication\/)?(?:move-index|write-state|follow-index)$/;

/** Keys of job/layout.ts that only that room may write. */
const published = [
  'index',
  'plainIndex',
  'plainIndexSignature',
  'document',
  'tombstone',
  'keyring',
  'armouredKeyring',
  'frontPage',
] as const;

/** Methods of a store that change something. */
const writing = ['create', 'replace', 'adopt', 'remove'];

/**
 * Where something outside of lib/publication may write what is published, one sentence each: a file that has a key of it at
 * hand, or makes one, and calls what writes to a store; and a file that goes past `changeView`.
 */
export function strayWriters(root: string): string[] {
  return ['lib', 'bin'].flatMap((folder) => sourcesIn(root, folder)).flatMap((file) => strayIn(root, file));
}

function sourcesIn(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith(room) && !file.startsWith(stores));
}

function strayIn(root: string, file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const [keys, writes, pasts] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const layouts = layoutNames(source);
  const walk = (node: ts.Node): void => {
    const from = importedBy(node);
    if (from !== undefined && hands.test(from)) pasts.add(from);
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      if (node.text.includes('streams/v1')) keys.add(node.text);
    }
    if (ts.isPropertyAccessExpression(node)) {
      const [of, name] = [node.expression.getText(source), node.name.text];
      if (layouts.includes(of) && (published as readonly string[]).includes(name)) keys.add(`${of}.${name}`);
    }
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression, name } = node.expression;
      if (writing.includes(name.text) && !isText(node)) writes.add(`${expression.getText(source)}.${name.text}`);
    }
    ts.forEachChild(node, walk);
  };
  walk(source);
  const written = [...writes].join(', ');
  return [
    ...(keys.size > 0 && writes.size > 0 ? [`${file}: has ${[...keys].join(', ')} at hand and calls ${written}`] : []),
    ...[...pasts].map((past) => `${file}: imports ${past}, past changeView`),
  ];
}

/** What a statement imports or hands on, or an expression: `import('./a')` and `require('./a')`. */
function importedBy(node: ts.Node): string | undefined {
  const specifier = specifierOf(node);
  return specifier !== undefined && ts.isStringLiteralLike(specifier) ? specifier.text : undefined;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (!ts.isCallExpression(node)) return undefined;
  const { expression } = node;
  const isImport = expression.kind === ts.SyntaxKind.ImportKeyword;
  return isImport || (ts.isIdentifier(expression) && expression.text === 'require') ? node.arguments[0] : undefined;
}

/** Names under which a file has the layout of a mirror. */
function layoutNames(source: ts.SourceFile): string[] {
  return source.statements.filter(ts.isImportDeclaration).flatMap(({ importClause, moduleSpecifier }) => {
    const bindings = importClause?.namedBindings;
    if (!(moduleSpecifier as ts.StringLiteral).text.endsWith('job/layout') || !bindings) return [];
    if (ts.isNamespaceImport(bindings)) return [`${bindings.name.text}.mirror`];
    return bindings.elements
      .filter(({ name, propertyName }) => (propertyName ?? name).text === 'mirror')
      .map(({ name }) => name.text);
  });
}

/** `text.replace(/a/, 'b')` is no store's: a store is awaited, and given a key and bytes. */
function isText(call: ts.CallExpression): boolean {
  const [first, second] = call.arguments;
  const isPattern = first !== undefined && (ts.isRegularExpressionLiteral(first) || ts.isStringLiteralLike(first));
  return isPattern && (second === undefined || ts.isStringLiteralLike(second) || ts.isArrowFunction(second));
}
