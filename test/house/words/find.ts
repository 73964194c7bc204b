import ts from 'typescript';

/** A word of the list where a person would read it. */
export interface Found {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** As it stands there, with blanks for line ends. */
  readonly words: string;
  /** The line that it begins in, trimmed. */
  readonly text: string;
}

/** A run of text that a person reads, and where it begins in its file. */
interface Prose {
  readonly start: number;
  readonly text: string;
}

/** What `words.txt` lists: one pattern for all entries. */
export function patternOf(list: string): RegExp {
  const entries = list
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((entry) => entry.replaceAll(' ', '(?:\\s+\\*?\\s*)'));

  return new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${entries.join('|')})(?![\\p{L}\\p{N}_-])`, 'giu');
}

/** The listed words in comments and strings of a program, or in all of another file. */
export function findWords(file: string, content: string, pattern: RegExp): Found[] {
  const prose = /\.m?ts$/.test(file) ? proseOf(content) : [{ start: 0, text: content }];

  return prose.flatMap(({ start, text }) =>
    [...text.matchAll(pattern)].map(({ index, 0: words }) => found(file, content, start + index, words)),
  );
}

function found(file: string, content: string, at: number, words: string): Found {
  const before = content.slice(0, at);
  const text = content.slice(before.lastIndexOf('\n') + 1).split('\n', 1)[0] ?? '';

  return { file, line: before.split('\n').length, words: words.replace(/\s+\*?\s*/g, ' '), text: text.trim() };
}

/** Comments, strings and templates, except the names of modules and of properties. */
function proseOf(content: string): Prose[] {
  const source = ts.createSourceFile('file.ts', content, ts.ScriptTarget.Latest, true);
  const comments = new Map<number, Prose>();
  const strings: Prose[] = [];

  const visit = (node: ts.Node): void => {
    for (const { pos, end } of commentsAt(content, node)) {
      comments.set(pos, { start: pos, text: content.slice(pos, end) });
    }
    if (isText(node) && !isName(node)) {
      strings.push({ start: node.getStart(), text: node.getText() });
    }
    for (const child of node.getChildren()) {
      // A parsed doc comment repeats what its comment says.
      if (!ts.isJSDoc(child)) visit(child);
    }
  };
  visit(source);
  return [...comments.values(), ...strings];
}

function commentsAt(content: string, node: ts.Node): readonly ts.CommentRange[] {
  return [
    ...(ts.getLeadingCommentRanges(content, node.pos) ?? []),
    ...(ts.getTrailingCommentRanges(content, node.end) ?? []),
  ];
}

function isText(node: ts.Node): boolean {
  return ts.isStringLiteral(node) || ts.isTemplateLiteralToken(node);
}

function isName({ parent }: ts.Node): boolean {
  return (
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    ts.isExternalModuleReference(parent) ||
    (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword)
  );
}
