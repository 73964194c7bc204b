/** The environment of a Node process whose clock goes on from another time. */
export function clockFrom(time: string): Record<string, string> {
  const turn = `const [Real, from, at] = [Date, Date.now(), ${Date.parse(time)}];
    globalThis.Date = class extends Real {
      constructor(...words) {
        super(...(words.length === 0 ? [Date.now()] : words));
      }
      static now() {
        return Real.now() - from + at;
      }
    };`;
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(turn)}` };
}
