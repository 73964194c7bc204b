import { lineWidth, wrapped } from './wrapped';

export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => string;
  /** Whether the column is aligned to the right. @default false */
  readonly isSize?: boolean;
}

/** Lines with a heading; an empty cell is shown as a dash. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = [
    columns.map(({ heading }) => heading),
    ...rows.map((row) => columns.map(({ cell }) => cell(row) || '-')),
  ];
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return columns[column]?.isSize ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** The same in lines of a fixed width: where a row is longer, its last cell follows below it. */
export function narrowTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], indent = 0): string[] {
  const [heading = '', ...lines] = table(columns, rows);
  const lastAt = heading.length - (columns.at(-1)?.heading.length ?? 0);
  const margin = ' '.repeat(indent);
  return [heading, ...lines].flatMap((line) => {
    if (line.length + indent <= lineWidth) return [`${margin}${line}`];
    return [`${margin}${line.slice(0, lastAt).trimEnd()}`, ...wrapped(line.slice(lastAt), indent + 4)];
  });
}
